"""Devices of carriers that take faces."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

# A row stays when its device is removed: what it signed is asked about for as long as a number is in use.
capture_devices = Table(
    "capture_devices",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("client_id", Text, nullable=False),  # the carrier's client for which it takes faces
    Column("name", Text, nullable=False),  # the carrier's own name for it, or for its place; no person's
    Column("alg", Text, nullable=False),  # the one algorithm that it signs with
    Column("jwk", Text, nullable=False),  # its public key, JSON
    Column("registered_at", BigInteger, nullable=False),
    Column("removed_at", BigInteger),
    Index("ix_capture_devices_client", "client_id", "device_id"),
)
