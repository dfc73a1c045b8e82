"""Files of scores, CSV and Parquet: what is read of them, and what is refused with its place."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from tests.support.scores import score_sets, write_csv
from vneid_idp.biometrics.evaluate import ScoreSets
from vneid_idp.biometrics.scores import BadScores, read_scores

SMALL = score_sets((30, 2), (20, 1), (10, 0), {"máy in": (5, 1), "mask": (4, 0)})


def assert_same(found: ScoreSets, expected: ScoreSets) -> None:
    for kind in ("genuine", "impostor", "bona_fide"):
        np.testing.assert_array_equal(getattr(found, kind), getattr(expected, kind))
    assert found.attacks.keys() == expected.attacks.keys()
    for name, scores in expected.attacks.items():
        np.testing.assert_array_equal(found.attacks[name], scores)


def test_csv_and_parquet_tell_the_same(tmp_path: Path) -> None:
    file = write_csv(tmp_path / "scores.csv", SMALL)
    assert_same(read_scores(file), SMALL)
    # In another order, beside other columns, with names as a dictionary.
    table = csv.read_csv(file).take(pa.array(np.random.default_rng(1).permutation(69)))
    other = tmp_path / "scores"
    parquet.write_table(
        pa.table(
            {
                "person": pa.nulls(69, pa.string()),
                "instrument": table["instrument"].dictionary_encode(),
                "score": table["score"],
                "kind": table["kind"].dictionary_encode(),
            }
        ),
        other,
        row_group_size=10,
    )
    found = read_scores(other)
    assert_same(found, SMALL)
    assert found.digest != read_scores(file).digest


def test_a_file_without_attacks_needs_no_instruments(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("score,kind\n0.5,genuine\n0.25,impostor\n0.125,impostor\n")
    found = read_scores(file)
    assert (found.genuine.tolist(), found.impostor.tolist(), dict(found.attacks)) == ([0.5], [0.125, 0.25], {})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "cannot be read"),
        ("PAR1 but no Parquet", "cannot be read"),
        ("kind,score,instrument\ngenuine,\x1b[31mhigh,\n", r"cannot be read: .* \[31mhigh"),
        ("kind,score,instrument\ngenuine,0.5,\nmated,0.5,\n", "Row 2, after the header: the kind is none of genuine,"),
        ("kind,score,instrument\n,0.5,\n", "Row 1, after the header: the kind is none of"),
        ("score\n0.5\n", "Row 1, after the header: the kind is none of"),
        ("kind,score\ngenuine,nan\n", "Row 1, after the header: the score is not a finite number"),
        ("kind,score\ngenuine,0.5\ngenuine,-inf\n", "Row 2, after the header: the score is not a finite number"),
        ("kind\ngenuine\n", "Row 1, after the header: the score is not a finite number"),
        ("kind,score,instrument\nattack,0.5,mask\nattack,0.5,\n", "Row 2, after the header: an attack names no"),
        ("kind,score,instrument\nattack,0.5,\x1b[31mmask\n", "An instrument is named by"),
        (
            "kind,score,instrument\n" + "".join(f"attack,0.5,mask {each}\n" for each in range(201)),
            "more than 200 instruments",
        ),
    ],
)
def test_what_is_no_file_of_scores_is_refused(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "scores.csv"
    file.write_text(text)
    with pytest.raises(BadScores, match=why):
        read_scores(file)


def test_rows_are_numbered_through_the_whole_file(tmp_path: Path) -> None:
    file = tmp_path / "scores.csv"
    file.write_text("kind,score\n" + "genuine,0.50000000000\n" * 200_000 + "genuine,nan\n")
    with pytest.raises(BadScores, match=r"Row 200001,"):
        read_scores(file)
