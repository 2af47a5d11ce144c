"""Addresses and the networks that they are in."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


def parse_address(text: str) -> Address | None:
    """Return the address, an IPv4 one that came by IPv6 as what it is; None where it is none."""
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or address
    return address


def parse_network(text: str) -> Network:
    """Return the network of ``10.0.0.0/8``, or of one address; raise ValueError where it is neither."""
    try:
        return ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{text.strip()[:50]!r} is no address or network such as 10.0.0.7 or 10.0.0.0/8") from None


def is_within(address: str | None, networks: Iterable[Network]) -> bool:
    """Tell whether the address is in one of the networks; who has none, on a unix socket, is in none."""
    parsed = None if address is None else parse_address(address)
    return parsed is not None and any(parsed in network for network in networks)
