"""Who is told that tables were written: caches of what stands in them."""

from collections.abc import Callable, Collection


class Listeners:
    """The listeners of one database, in this process."""

    def __init__(self) -> None:
        self._by_table: dict[str, list[Callable[[], None]]] = {}

    def add(self, tables: Collection[str], call: Callable[[], None]) -> None:
        """See `Database.on_write`."""
        for table in tables:
            self._by_table.setdefault(table, []).append(call)

    def tell(self, written: frozenset[str]) -> None:
        """Tell each of those that asked for one of the tables `written`, once."""
        for call in {call for table in written for call in self._by_table.get(table, ())}:
            call()
