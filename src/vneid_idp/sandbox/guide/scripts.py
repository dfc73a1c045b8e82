"""The scripts of the guide. They stand in `examples/guide` of the source tree, and in the package of an installed
wheel; their cells begin with `# %% NAME`, as editors know them.
"""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_CELL = re.compile(r"^# %% (.+)\n", re.MULTILINE)
COMMON = "carrier"
"""What all of them begin with: the client that signs."""


def folder() -> Path:
    """Where they are."""
    installed = _HERE / "files"
    return installed if installed.is_dir() else _HERE.parents[3] / "examples" / "guide"


@cache
def text_of(name: str) -> str:
    """A whole script."""
    return (folder() / f"{name}.py").read_text(encoding="utf-8")


@cache
def cells(name: str) -> Mapping[str, str]:
    """The cells of a script by their names, in their order; what stands before the first one is none."""
    _, *named = _CELL.split(text_of(name))
    return {title: text.strip() for title, text in zip(named[::2], named[1::2], strict=True)}
