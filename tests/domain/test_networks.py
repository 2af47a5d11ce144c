"""Addresses are in networks, however they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runward.domain.networks import is_within, parse_address, parse_network


@pytest.mark.parametrize(
    ("address", "network", "within"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("::ffff:10.1.2.3", "10.0.0.0/8", True),
        ("2001:db8::1", "2001:db8::/32", True),
        ("10.1.2.3", "::/0", False),
        ("10.1.2.3", "10.1.2.200/24", True),
        ("nonsense", "0.0.0.0/0", False),
        (None, "0.0.0.0/0", False),
    ],
)
def test_an_address_is_in_its_network(address: str | None, network: str, *, within: bool) -> None:
    assert is_within(address, [parse_network(network)]) is within


@given(st.ip_addresses())
def test_every_address_is_in_the_network_of_itself(address: object) -> None:
    assert is_within(str(address), [parse_network(str(parse_address(str(address))))])


@pytest.mark.parametrize("text", ["", "home", "10.0.0.0/33", "10.0.0"])
def test_what_is_no_network_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="is no address or network such as 10"):
        parse_network(text)
