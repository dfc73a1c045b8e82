"""The plot is SVG, and the same scores give the same file."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.scores import score_sets
from vneid_idp.biometrics.det_plot import write_det_plot
from vneid_idp.biometrics.evaluate import curve, evaluate


@pytest.mark.parametrize("genuine", [(10_000, 100), (12, 12)], ids=["many", "all rejected"])
def test_the_plot_is_an_image_of_its_scores(tmp_path: Path, genuine: tuple[int, int]) -> None:
    sets = score_sets(genuine=genuine)
    files = tmp_path / "one.svg", tmp_path / "two.svg"
    for file in files:
        write_det_plot(file, curve(sets), evaluate(sets).matching.point)
    one, two = (file.read_bytes() for file in files)
    assert one == two
    assert ElementTree.fromstring(one).tag == "{http://www.w3.org/2000/svg}svg"
