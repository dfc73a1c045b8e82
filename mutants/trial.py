"""One change put to the test, in a process of its own that has the slow libraries loaded and not this program."""

import contextlib
import importlib
import importlib.abc
import os
import select
import signal
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from mutants.mutations import Mutation

_LONGEST_SECONDS = 300
# What was loaded before pytest began cannot have its asserts explained, which nobody reads here.
_UNEXPLAINED = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
_PYTEST = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-W", _UNEXPLAINED]
# What is slow to load and keeps nothing of a process. What runs loops (anyio, pytest's plugins) begins anew in each.
_LOADED_ONCE = {
    "alembic",
    "babel",
    "cryptography",
    "fastapi",
    "joserfc",
    "phonenumbers",
    "pydantic",
    "sqlalchemy",
    "webauthn",
}


class Fate(Enum):
    """What became of a change."""

    KILLED = "killed"
    ENDLESS = "took for ever, which is noticed"
    SURVIVED = "survived"
    NEVER_RUN = "survived, since no test runs it"


@dataclass(frozen=True, slots=True)
class Trial:
    """A change, the tests that may notice it, and the process that finds out."""

    mutation: Mutation
    process: int
    until: float
    ended: int

    def is_over(self) -> bool:
        """Whether there is a fate to ask for."""
        return bool(select.select([self.ended], [], [], 0)[0]) or time.monotonic() > self.until

    def fate(self) -> Fate:
        """What became of it."""
        endless = not select.select([self.ended], [], [], 0)[0]
        if endless:
            os.killpg(self.process, signal.SIGKILL)
        _, status = os.waitpid(self.process, 0)
        os.close(self.ended)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process, signal.SIGKILL)
        if endless:
            return Fate.ENDLESS
        return Fate.SURVIVED if os.waitstatus_to_exitcode(status) == pytest.ExitCode.OK else Fate.KILLED


def load_others(modules: Iterable[str]) -> None:
    """Import the slow libraries that the program and its tests use, once for all processes."""
    for name in sorted(modules):
        if name.split(".")[0] in _LOADED_ONCE:
            with contextlib.suppress(Exception):
                importlib.import_module(name)


def begin(mutation: Mutation, tests: Sequence[str], source: str | None = None) -> Trial:
    """Start a process that runs `tests` on the changed program (or on `source` in its place), until the first fails."""
    source = mutation.source() if source is None else source
    reading, writing = os.pipe()
    if process := os.fork():
        os.close(writing)
        return Trial(mutation, process, time.monotonic() + _LONGEST_SECONDS, reading)
    code: int = pytest.ExitCode.INTERNAL_ERROR
    try:
        os.setpgid(0, 0)
        os.close(reading)
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        sys.meta_path.insert(0, _Changed(mutation.path, source))
        code = pytest.main([*_PYTEST, *tests])
    finally:
        os._exit(code)


class _Changed(importlib.abc.MetaPathFinder):
    """Finds one module with other words in it."""

    def __init__(self, path: Path, source: str) -> None:
        self._path = path
        parts = path.with_suffix("").parts
        self._name = ".".join(parts[parts.index("vneid_idp") :]).removesuffix(".__init__")
        self._loader = _Loader(self._name, str(path), source)

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        if fullname != self._name:
            return None
        places = [str(self._path.parent)] if self._path.name == "__init__.py" else None
        return spec_from_file_location(fullname, self._path, loader=self._loader, submodule_search_locations=places)


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_data(self, path: str) -> bytes:
        return self._source.encode()

    def path_stats(self, path: str) -> Mapping[str, float]:
        raise OSError("Nothing of it is cached: the words are only thought of.")
