"""The schema of an empty database, as an operator gets it."""

from vneid_idp.storage import migration


def build(url: str) -> None:
    """Migrate the empty database at `url`."""
    migration.upgrade(url)
