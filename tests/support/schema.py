"""The schema of an empty database, for tests that need one at once."""

import importlib
import pkgutil

from sqlalchemy import create_engine, make_url

import vneid_idp
from vneid_idp.storage.metadata import metadata


def build(url: str) -> None:
    """Create every table in the empty database at `url`."""
    for module in pkgutil.walk_packages(vneid_idp.__path__, "vneid_idp."):
        if module.name.endswith(".tables"):
            importlib.import_module(module.name)
    parsed = make_url(url)
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    engine = create_engine(parsed)
    metadata.create_all(engine)
    engine.dispose()
