"""Opening a register, whichever of the two forms it has."""

import os
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from vneid_idp.registers.columns import Line, UnreadableRegister
from vneid_idp.registers.csv_register import CsvRegister
from vneid_idp.registers.faults import Fault
from vneid_idp.registers.parquet_pages import MAGIC

_OTHERS = {
    b"PK\x03\x04": "a ZIP archive or a spreadsheet",
    b"\x1f\x8b": "compressed",
    b"\xd0\xcf\x11\xe0": "a spreadsheet",
}


class Register(Protocol):
    """A file that is read once, from its beginning to its end."""

    format: str
    """`csv` or `parquet`."""
    total: int
    """How much there is, in whatever the form counts."""
    done: int
    """How much of it has been read."""

    def rows(self) -> Iterator[Line | Fault]:
        """Every row, or why it is none. Raises `UnreadableRegister` where the rest of the file cannot be read."""
        ...


def open_register(file: BinaryIO) -> Register:
    """The register in a file, which can be sought in. Raises `UnreadableRegister`."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    beginning = file.read(len(MAGIC))
    file.seek(0)
    if beginning == MAGIC:
        # Its own allocator takes 30 MiB more than it gives out. Which one it is, is decided when it is loaded.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
        # Only here: what reads it takes a third of a second to load, which no other command need spend.
        from vneid_idp.registers.parquet_register import ParquetRegister

        return ParquetRegister(file, size)
    for magic, what in _OTHERS.items():
        if beginning.startswith(magic):
            raise UnreadableRegister(f"It is {what}. A register is CSV in UTF-8, or Parquet.")
    return CsvRegister(file, size)
