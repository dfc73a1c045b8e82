"""Faces as 512 numbers, of nobody: a direction for each person, and captures that are scattered around it.

The score of two templates is the cosine of the angle between them. What it comes to, at `THRESHOLD`:

- two people: around 0 ± 0.044, and around 0.12 for one pair in 40, who look alike (`_LIKENESS`): some 1 in 100,000 pass
- a person and the own capture: `1 / sqrt(1 + s²)`, where `s`, how bad the capture is, is log-normal around `_BLUR` with
  a spread of `_SPREAD`: around 0.65, and some 3 in 100 are refused
- a photograph or a mask of the person: as a capture that is worse by a factor; it is for the liveness to tell

The liveness score is normal around `_LIVELY`, and `ALIVE` is asked for: of living faces some 5 in 1,000 fail, of
photographs some 7 in 1,000 pass, of masks some 6 in 100.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import cos, exp, log, pi, sin, sqrt

from vneid_idp.sandbox.country.dice import Dice

MODEL = "sandbox-face-1"
LENGTH = 512
THRESHOLD = 0.27
ALIVE = 0.5

_SEED = 2026
_GROUPS = 40
_LIKENESS = 0.12
_BLUR, _SPREAD = 1.1, 0.55
_FORM = struct.Struct(f"<{LENGTH}f")


class Shows(StrEnum):
    """What is in front of the camera."""

    GENUINE = "genuine"
    OTHER = "other"
    PHOTOGRAPH = "photograph"
    MASK = "mask"


_WORSE = {Shows.GENUINE: 1.0, Shows.OTHER: 1.0, Shows.PHOTOGRAPH: 1.15, Shows.MASK: 1.8}
_LIVELY = {
    Shows.GENUINE: (0.86, 0.14),
    Shows.OTHER: (0.86, 0.14),
    Shows.PHOTOGRAPH: (0.18, 0.13),
    Shows.MASK: (0.28, 0.14),
}


@dataclass(frozen=True, slots=True)
class Capture:
    """What the camera made of it."""

    template: bytes
    liveness: float
    """From 0 to 1."""

    @property
    def is_alive(self) -> bool:
        """Whether the device takes it for a living face."""
        return self.liveness >= ALIVE


def face_of(person_id: str) -> tuple[float, ...]:
    """The face of a person: always the same one, of length 1."""
    group = Dice(_SEED, "likeness", person_id).below(_GROUPS)
    own, common = _normals(Dice(_SEED, "face", person_id)), _common(group)
    mine, shared = sqrt(1 - _LIKENESS), sqrt(_LIKENESS)
    return _unit([mine * a + shared * b for a, b in zip(own, common, strict=True)])


def capture(person_id: str, shows: Shows, dice: Dice) -> Capture:
    """A face before the camera that is to be this person's. Whoever the other is, is another one each time."""
    face = face_of(f"other {dice.below(2**53)}" if shows is Shows.OTHER else person_id)
    blur = _WORSE[shows] * exp(log(_BLUR) + _SPREAD * _normal(dice))
    noise = _unit(_normals(dice))
    middle, spread = _LIVELY[shows]
    liveness = min(1.0, max(0.0, middle + spread * _normal(dice)))
    return Capture(to_bytes(_unit([a + blur * b for a, b in zip(face, noise, strict=True)])), round(liveness, 4))


def score(face: Sequence[float], other: Sequence[float]) -> float:
    """The cosine of the angle between two templates of length 1: 1 for the same one, around 0 for two people."""
    return round(sum(a * b for a, b in zip(face, other, strict=True)), 6)


def to_bytes(face: Iterable[float]) -> bytes:
    """As a template goes over the wire: little-endian numbers of single precision (IEEE 754)."""
    return _FORM.pack(*face)


def from_bytes(content: bytes) -> tuple[float, ...] | None:
    """The numbers of a template; nothing where it is none of this model's."""
    return _FORM.unpack(content) if len(content) == _FORM.size else None


def _normal(dice: Dice) -> float:
    return _two_normals(dice)[0]


def _two_normals(dice: Dice) -> tuple[float, float]:
    """Two throws of the normal distribution (Box and Muller 1958)."""
    first, second = (dice.below(2**53) + 1) / 2**53, dice.below(2**53) / 2**53
    length, angle = sqrt(-2 * log(first)), 2 * pi * second
    return length * cos(angle), length * sin(angle)


def _normals(dice: Dice) -> list[float]:
    return [each for _ in range(LENGTH // 2) for each in _two_normals(dice)]


@cache
def _common(group: int) -> Sequence[float]:
    return _normals(Dice(_SEED, "common", group))


def _unit(vector: Sequence[float]) -> tuple[float, ...]:
    length = sqrt(sum(each * each for each in vector))
    return tuple(each / length for each in vector)
