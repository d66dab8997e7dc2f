"""The three invented outlets: names and hosts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outlet:
    """An outlet: the folder of its articles, its name, and the one host that serves it."""

    folder: str
    name: str
    host: str

    def url(self, path: str) -> str:
        """Absolute address of a path; without a port, because clients reach the hosts by a connection mapping."""
        return f"http://{self.host}{path}"


COURIER = Outlet("harbour-courier", "The Harbour Courier", "www.harbour-courier.example")
LEDGER = Outlet("danube-ledger", "The Danube Ledger", "www.danube-ledger.example")
GAZETTE = Outlet("kilindini-gazette", "Kilindini Gazette", "www.kilindini-gazette.example")
OUTLETS = (COURIER, LEDGER, GAZETTE)
HOSTS = tuple(outlet.host for outlet in OUTLETS)
