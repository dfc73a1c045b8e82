"""RSA keys for tests: a few a process, taken in turn, since each takes 0.1 s to make and hundreds are asked for."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from unittest.mock import patch

from vneid_idp.keys import material
from vneid_idp.keys.rules import KeyKind

_RSA = (KeyKind.RS256, KeyKind.PS256, KeyKind.RSA_OAEP)
_MOST = 16
"""More than one database ever has: in one database, no two keys are the same."""


class KeyPool:
    """Makes what `new_material` makes, RSA keys no more than `_MOST` times."""

    def __init__(self) -> None:
        self._made: deque[tuple[str, bytes]] = deque()
        self._lock = Lock()

    def new_material(self, kind: KeyKind) -> tuple[str, bytes]:
        """See `keys.material`."""
        if kind not in _RSA:
            return material.new_material(kind)
        with self._lock:
            if len(self._made) < _MOST:
                self._made.append(material.new_material(kind))
            else:
                self._made.rotate(-1)
            return self._made[-1]


@contextmanager
def pooled_keys() -> Iterator[None]:
    """Within this block, keys are taken from a pool."""
    with patch("vneid_idp.keys.service.new_material", KeyPool().new_material):
        yield
