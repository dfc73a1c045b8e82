"""Lists of which a page shows a part."""

import pytest

from vneid_idp.web.pages import ListPart


@pytest.mark.parametrize(("found", "shown", "last"), [([], [], None), ([1, 2], [1, 2], None), ([1, 2, 3], [1, 2], 2)])
def test_a_page_that_is_just_full_leads_to_no_empty_one(found: list[int], shown: list[int], last: int | None) -> None:
    part = ListPart.of(found, 2)
    assert (part.shown, part.last) == (shown, last)
