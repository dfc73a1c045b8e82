"""What is said of errors is said of some that there are."""

from pathlib import Path

import vneid_idp
from vneid_idp.sandbox.remedies import MISTAKES


def test_every_mistake_is_one_that_somebody_can_make() -> None:
    root = Path(vneid_idp.__file__).parent
    texts = [path.read_text() for path in root.rglob("*.py") if "sandbox" not in path.relative_to(root).parts]
    text = "".join(each for each in texts if "about" in each)
    assert [about for _, about in MISTAKES if f'"{about}"' not in text] == []
