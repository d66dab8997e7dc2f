"""Which network addresses may be connected to."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

_METADATA = frozenset(
    ip_address(text)
    for text in (
        "169.254.169.254",  # AWS, Google, Azure, OpenStack and others
        "169.254.170.2",  # AWS containers
        "100.100.100.200",  # Alibaba
        "192.0.0.192",  # Oracle
        "168.63.129.16",  # Azure's host, inside public space
        "fd00:ec2::254",  # AWS over IPv6
    )
)
_RELAY_IPV4 = ip_network("192.88.99.0/24")  # 6to4 relays, RFC 7526
_TRANSLATED = tuple(IPv6Network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48"))  # NAT64, RFC 6052 and RFC 8215
_COMPATIBLE = IPv6Network("::/96")  # IPv4-compatible, withdrawn by RFC 4291
_GLOBAL_IPV6 = IPv6Network("2000::/3")  # the only space given out, RFC 4291; the rest is refused unseen
_DOCUMENTATION = tuple(IPv6Network(text) for text in ("2001:db8::/32", "3fff::/20"))
_SHARED = ip_network("100.64.0.0/10")  # carrier-grade NAT, RFC 6598
_SPECIAL_IPV4 = ip_network("192.0.0.0/24")  # protocol assignments, RFC 6890
_UNIQUE_LOCAL = IPv6Network("fc00::/7")
_PRIVATE_IPV4 = tuple(ip_network(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


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
    parsed = ip_address(address)
    never = _never(parsed)
    if never is not None:
        return never
    private = _private(parsed)
    if private is not None:
        return None if private_allowed else private
    return _special(parsed)


def _never(address: IPv4Address | IPv6Address) -> str | None:
    """What nobody may want."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return "an IPv4 address written as IPv6"  # before all else: newer Pythons look through the dress, older do not
    if address in _METADATA:
        return "a cloud metadata address"
    if address.is_multicast:
        return "a multicast address"
    if address.is_link_local:
        return "a link-local address"
    return "the unspecified address" if address.is_unspecified else None


def _private(address: IPv4Address | IPv6Address) -> str | None:
    if address.is_loopback:
        return "a loopback address"
    if isinstance(address, IPv4Address):
        networks = _PRIVATE_IPV4
        if address in _SHARED:
            return "an address shared by a carrier"
        return "a private address" if any(address in network for network in networks) else None
    return "a private address" if address in _UNIQUE_LOCAL else None


def _special(address: IPv4Address | IPv6Address) -> str | None:
    """Reserved space, and IPv6 addresses that lead to an IPv4 address which nobody has checked."""
    if isinstance(address, IPv4Address):
        special = address in _RELAY_IPV4 or address in _SPECIAL_IPV4 or not address.is_global
        return "a reserved address" if special else None
    if address in _COMPATIBLE:
        return "an IPv4 address written as IPv6"
    if address.sixtofour is not None or address.teredo is not None:
        return "an IPv4 tunnel address"
    if any(address in network for network in _TRANSLATED):
        return "an IPv4 address translated to IPv6"
    outside = address not in _GLOBAL_IPV6 or any(address in network for network in _DOCUMENTATION)
    return "a reserved address" if outside or not address.is_global else None
