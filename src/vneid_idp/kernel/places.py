"""Where network addresses are used, as far as the operator has a table of it: shown to whoever is asked elsewhere.

A table is a text file, a line a network: `203.0.113.0/24,Cần Thơ`, the network and its province, or whatever else is
known of it, such as a country. Of networks within each other the smallest counts. Empty lines and lines that begin with
`#` say nothing.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network

_LONGEST = 60
_Range = tuple[int, int]
"""The version of the protocol, and the length of the prefix."""


class BadPlaces(ValueError):
    """The table cannot be read; says in which line."""


class Places:
    """A table in memory: an address is looked up once for each length of prefix that there is."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        """Raises `BadPlaces`."""
        found: dict[_Range, dict[int, str]] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            named, place = (part.strip() for part in line.partition(",")[::2])
            try:
                network = ip_network(named)
            except ValueError:
                raise BadPlaces(
                    f"line {number} does not begin with a network such as 203.0.113.0/24 and a comma"
                ) from None
            if not 0 < len(place) <= _LONGEST or not place.isprintable():
                raise BadPlaces(f"line {number} names no place of at most {_LONGEST} letters")
            shift = network.max_prefixlen - network.prefixlen
            found.setdefault((network.version, shift), {})[int(network.network_address) >> shift] = place
        self._found: Mapping[_Range, Mapping[int, str]] = dict(sorted(found.items()))

    def place_of(self, address: str) -> str | None:
        """Where an address is used."""
        asked = ip_address(address)
        for (version, shift), places in self._found.items():
            place = places.get(int(asked) >> shift) if version == asked.version else None
            if place is not None:
                return place
        return None
