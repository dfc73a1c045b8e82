"""Files of scores: CSV or Parquet, a row a comparison or a presentation, read in batches.

- `kind`: `genuine` or `impostor`, a comparison of two captures of one person or of two people; `bona_fide` or `attack`,
  a presentation to the detection of attacks.
- `score`: the higher, the more alike; of `bona_fide` and `attack`, the more alive.
- `instrument`: of an `attack`, with what: `printed_photo`, `mask`, … (the species of ISO/IEC 30107-3); else nothing.

Other columns are not read. What is kept are the scores, eight bytes each.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv, parquet

from vneid_idp.biometrics.evaluate import Scores, ScoreSets

KINDS = ("genuine", "impostor", "bona_fide", "attack")
_COLUMNS = {"kind": pa.string(), "score": pa.float64(), "instrument": pa.string()}
_INSTRUMENT = re.compile(r"\w[\w .-]{0,63}")
_MOST_INSTRUMENTS = 200
"""More are not species, but a name for each presentation."""
_BATCH = 131_072
"""Rows of Parquet that are read at once."""


class BadScores(Exception):
    """The file holds no scores as they are described here; the text says where it fails."""


def read_scores(file: Path) -> ScoreSets:
    """All scores of a file, in order. Raises `BadScores`, and `OSError` for a file that cannot be read."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    kept: dict[tuple[str, str], list[Scores]] = defaultdict(list)
    with _explained():
        first = 1
        for batch in _batches(file):
            for name, scores in _sorted_out(batch, first):
                kept[name].append(scores)
            if len({instrument for kind, instrument in kept if kind == "attack"}) > _MOST_INSTRUMENTS:
                raise BadScores(f"There are more than {_MOST_INSTRUMENTS} instruments: name their species.")
            first += batch.num_rows
    joined = {name: _joined(kept.pop(name)) for name in list(kept)}
    sets = {kind: joined.get((kind, ""), np.empty(0)) for kind in KINDS}
    return ScoreSets(
        digest,
        genuine=sets["genuine"],
        impostor=sets["impostor"],
        bona_fide=sets["bona_fide"],
        attacks={instrument: scores for (kind, instrument), scores in sorted(joined.items()) if kind == "attack"},
    )


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except pa.ArrowException as error:
        # It may quote the file, which need not be text for a terminal.
        said = "".join(each if each.isprintable() else " " for each in str(error))
        raise BadScores(f"It cannot be read: {said}") from error


def _batches(file: Path) -> Iterator[Any]:
    """Record batches of the three columns, each of its type."""
    with file.open("rb") as content:
        is_parquet = content.read(4) == b"PAR1"
        content.seek(0)
        if not is_parquet:
            # A column that is not there comes as nulls.
            convert = csv.ConvertOptions(
                column_types=_COLUMNS, include_columns=list(_COLUMNS), include_missing_columns=True
            )
            with csv.open_csv(content, convert_options=convert) as reader:
                yield from reader
            return
        table = parquet.ParquetFile(content)
        names = [name for name in _COLUMNS if name in table.schema_arrow.names]
        for batch in table.iter_batches(_BATCH, columns=names):
            yield pa.record_batch(
                [
                    pc.cast(batch.column(name), kind) if name in names else pa.nulls(batch.num_rows, kind)
                    for name, kind in _COLUMNS.items()
                ],
                names=list(_COLUMNS),
            )


def _sorted_out(batch: Any, first: int) -> Iterator[tuple[tuple[str, str], Scores]]:
    """The scores of each kind and instrument that stand in a batch, whose first row has the number `first`."""
    kinds, scores, instruments = (batch.column(name) for name in _COLUMNS)
    instruments = pc.fill_null(instruments, "")
    _refuse(pc.invert(pc.is_in(kinds, pa.array(KINDS))), first, f"the kind is none of {', '.join(KINDS)}")
    _refuse(pc.invert(pc.fill_null(pc.is_finite(scores), False)), first, "the score is not a finite number")
    of_attack = pc.equal(kinds, "attack")
    _refuse(pc.and_(of_attack, pc.equal(instruments, "")), first, "an attack names no instrument")
    for kind in KINDS[:3]:
        found = pc.filter(scores, pc.equal(kinds, kind))
        if len(found):
            yield (kind, ""), found.to_numpy()
    scores, instruments = pc.filter(scores, of_attack), pc.filter(instruments, of_attack)
    for name in pc.unique(instruments).to_pylist():
        if not _INSTRUMENT.fullmatch(name):
            raise BadScores(
                "An instrument is named by at most 64 letters, digits, spaces, dots, hyphens and underscores."
            )
        yield ("attack", name), pc.filter(scores, pc.equal(instruments, name)).to_numpy()


def _refuse(wrong: Any, first: int, why: str) -> None:
    """Raise `BadScores` about the first row of which `wrong` holds."""
    place = pc.index(wrong, True).as_py()
    if place >= 0:
        raise BadScores(f"Row {first + place}, after the header: {why}.")


def _joined(chunks: list[Scores]) -> Scores:
    scores = np.concatenate(chunks)
    chunks.clear()
    scores.sort()
    return scores
