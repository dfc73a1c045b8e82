"""Where addresses are used, by an operator's table."""

import pytest

from vneid_idp.kernel.places import BadPlaces, Places

TABLE = """
# the smallest network counts
203.0.113.0/24,Hà Nội
203.0.113.128/25, Cần Thơ
203.0.113.200,Huế
2001:db8::/32,Đà Nẵng
"""


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("203.0.113.1", "Hà Nội"),
        ("203.0.113.129", "Cần Thơ"),
        ("203.0.113.200", "Huế"),
        ("203.0.114.1", None),
        ("2001:db8:1::", "Đà Nẵng"),
        ("2001:db9::", None),
        ("::cb00:7101", None),  # the number of 203.0.113.1, of the other version
    ],
)
def test_of_networks_within_each_other_the_smallest_counts(address: str, place: str | None) -> None:
    assert Places(TABLE.splitlines()).place_of(address) == place
    assert Places().place_of(address) is None


@pytest.mark.parametrize(
    "line", ["Hà Nội", "203.0.113.1/24,Hà Nội", "203.0.113.0/24", "203.0.113.0/24,\u202ex", "::/0,"]
)
def test_what_is_no_network_and_place_is_told_by_its_line(line: str) -> None:
    with pytest.raises(BadPlaces, match="line 2 "):
        Places(["", line])
