"""Which addresses the fetcher connects to."""

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.fetch.web.addresses import Endpoint, objection


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.9.10",
        "::1",
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "fd12:3456::1",
        "100.64.0.1",
        "169.254.0.1",
        "fe80::1%eth0",
        "169.254.169.254",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "fd00:ec2::254",
        "0.0.0.0",
        "::",
        "224.0.0.1",
        "ff02::1",
        "240.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.2.1",
        "203.0.113.5",
        "192.88.99.1",
        "2001:db8::1",
        "3fff::1",
        "fec0::1",
        "5f00::1",
        "100::1",
        "::ffff:8.8.8.8",
        "::ffff:127.0.0.1",
        "::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:80ff:fffe",
    ],
)
def test_addresses_that_are_not_the_public_internet_are_refused(address: str) -> None:
    assert objection(address, private_allowed=False) is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.0.81", "172.32.0.1", "2606:4700::6810:84e5", "2a00:1450::1"])
def test_public_addresses_are_connected_to(address: str) -> None:
    assert objection(address, private_allowed=False) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "fd12:3456::1", "100.64.0.1"])
def test_private_addresses_are_connected_to_where_they_are_wanted(address: str) -> None:
    assert objection(address, private_allowed=True) is None


@pytest.mark.parametrize(
    "address",
    ["169.254.169.254", "fd00:ec2::254", "100.100.100.200", "169.254.1.1", "fe80::1", "224.0.0.1", "0.0.0.0", "::"],
)
def test_metadata_link_local_and_multicast_are_refused_even_then(address: str) -> None:
    assert objection(address, private_allowed=True) is not None


@given(st.ip_addresses(v=4))
def test_no_ipv4_address_gets_through_in_an_ipv6_dress(address: IPv4Address) -> None:
    number = int(address)
    dresses = [
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address(number),
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    for dressed in dresses:
        assert objection(str(dressed), private_allowed=False) is not None


@given(st.ip_addresses())
def test_what_python_does_not_call_global_is_never_connected_to(address: IPv4Address | IPv6Address) -> None:
    if not address.is_global or address.is_multicast:
        assert objection(str(address), private_allowed=False) is not None


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:8080", "127.0.0.1", 8080), ("[::1]:80", "::1", 80), ("proxy.example:3128", "proxy.example", 3128)],
)
def test_an_endpoint_is_a_host_and_a_port(text: str, host: str, port: int) -> None:
    assert Endpoint.parse(text) == Endpoint(host, port)


@pytest.mark.parametrize(
    "text", ["", "127.0.0.1", ":80", "host:", "host:0", "host:70000", "host:٣", "[::1:80", "a:b:80"]
)
def test_other_texts_are_no_endpoint(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Endpoint.parse(text)
