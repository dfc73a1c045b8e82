"""Scores of make-believe matchers."""

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np

from vneid_idp.biometrics.evaluate import Scores, ScoreSets

DIGEST = "0" * 64
ATTACKS = ("mask", "printed_photo")


def spread(count: int, errors: int, *, wrong: float, right: float) -> Scores:
    """So many scores, in order: so many of them near `wrong`, the others near `right`, each another."""
    parts = (np.linspace(wrong, wrong + 0.1, errors), np.linspace(right, right + 0.1, count - errors))
    return np.sort(np.concatenate(parts))


alike = partial(spread, wrong=0.1, right=0.8)
"""Scores that ought to be high, so many of which are not."""
different = partial(spread, wrong=0.95, right=0.1)
"""Scores that ought to be low, so many of which are higher than any that ought to be."""


def score_sets(
    genuine: tuple[int, int] = (10_000, 100),
    impostor: tuple[int, int] = (40_000, 0),
    bona_fide: tuple[int, int] = (1_000, 1),
    attacks: Mapping[str, tuple[int, int]] | None = None,
) -> ScoreSets:
    """Of each kind how many scores there are, and how many are on the wrong side. Unless told otherwise, it passes."""
    species = dict.fromkeys(ATTACKS, (100, 0)) if attacks is None else attacks
    return ScoreSets(
        DIGEST,
        genuine=alike(*genuine),
        impostor=different(*impostor),
        bona_fide=alike(*bona_fide),
        attacks={name: different(*counts) for name, counts in species.items()},
    )


def write_csv(file: Path, sets: ScoreSets) -> Path:
    """The scores as a file."""
    attacks = chain.from_iterable(_lines("attack", scores, name) for name, scores in sets.attacks.items())
    lines = chain(
        ["kind,score,instrument"],
        _lines("genuine", sets.genuine),
        _lines("impostor", sets.impostor),
        _lines("bona_fide", sets.bona_fide),
        attacks,
    )
    file.write_text("\n".join(lines) + "\n")
    return file


def _lines(kind: str, scores: Scores, instrument: str = "") -> Iterator[str]:
    return (f"{kind},{score!r},{instrument}" for score in scores.tolist())
