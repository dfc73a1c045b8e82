"""Alembic's environment: one connection in one transaction, opened by `vneid_idp.storage.migration`."""

import importlib
import pkgutil

from alembic import context

import vneid_idp
from vneid_idp.storage.metadata import metadata

for module in pkgutil.walk_packages(vneid_idp.__path__, "vneid_idp."):
    if module.name.endswith((".tables", "_tables")):
        importlib.import_module(module.name)

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,
    # SQLite changes a column by copying the table.
    render_as_batch=connection.dialect.name == "sqlite",
)
context.run_migrations()
