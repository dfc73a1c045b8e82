"""Purposes that the law gives to many relying parties, to start from: a file each, named by its id.

Each is what `protocol/purposes.py: read_purposes` takes. Who starts from one makes it their own; nothing leads back.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson


@cache
def purpose_templates() -> dict[str, dict[str, Any]]:
    """By id."""
    files = sorted(Path(__file__).parent.glob("*.json"))
    return {file.stem: orjson.loads(file.read_bytes()) for file in files}
