"""Which network addresses may be connected to.

The table of special addresses is ssrfguard's, transcribed from IANA's registries. It is made stricter here: an IPv4
address in the dress of an IPv6 one is refused without a look inside, and so is IPv6 space that nobody was given.
"""

from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_network
from typing import Self

from ssrfguard import DEFAULT_DENIED, AddressTable, Block
from ssrfguard import Reach as Ruling

_PRIVATE = frozenset(
    ip_network(text)
    for text in (
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by the customers of a carrier, RFC 6598
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
)
"""What a source may be allowed by name. Metadata services inside it have entries of their own, which stay refused."""
_STRICT = (
    *(replace(block, reach=Ruling.DENIED) for block in DEFAULT_DENIED.blocks),
    Block(ip_network("168.63.129.16/32"), "Azure's host, inside public space", "Microsoft", Ruling.DENIED),
    Block(ip_network("::/0"), "space that nobody was given", "RFC4291", Ruling.DENIED),
    Block(ip_network("2000::/3"), "Global Unicast", "RFC4291", Ruling.PERMITTED),
)
_PUBLIC = AddressTable(_STRICT)
_PUBLIC_AND_PRIVATE = AddressTable(
    tuple(replace(block, reach=Ruling.PERMITTED) if block.network in _PRIVATE else block for block in _STRICT)
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """``127.0.0.1:8080``, ``[::1]:8080`` or ``name:8080``.

        Raises:
            ValueError: the text is none of these.
        """
        host, separator, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        name = host[1:-1] if bracketed else host
        usable = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65536
        if not separator or not name or not usable or bracketed != (":" in name) or "[" in name:
            raise ValueError(f"{text!r} is not HOST:PORT")
        if bracketed:
            IPv6Address(name)
        return cls(name, int(port))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a source may connect to besides the public Internet."""

    connect_to: Endpoint | None = None
    """Where every connection goes in place of the host that the URL names."""
    private_hosts: frozenset[str] = frozenset()
    """Host names and addresses that may be loopback or private."""


def objection(address: str, *, private_allowed: bool) -> str | None:
    """Why that address must not be connected to; None where it may.

    Args:
        address: An IPv4 or IPv6 address as text, zone included.
        private_allowed: Whether loopback, private and shared addresses are wanted. Cloud metadata, link-local,
            multicast and reserved ones never are.

    Raises:
        ValueError: the text is no address.
    """
    verdict = (_PUBLIC_AND_PRIVATE if private_allowed else _PUBLIC).classify(address)
    return verdict.reason if verdict.blocked else None
