"""The developer's guide: its pages are whole, and name what there is."""

import pytest

from vneid_idp.protocol.checks.profiles import PROFILES
from vneid_idp.sandbox.error_help import remedy_for
from vneid_idp.sandbox.guide import scripts
from vneid_idp.sandbox.guide.page import GuidePage
from vneid_idp.sandbox.guide.routes import PAGES
from vneid_idp.sandbox.guide.who import READERS

pages = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.slug)


@pages
def test_a_page_shows_every_line_that_its_script_does(page: GuidePage) -> None:
    assert [part.cell for part in page.parts if part.cell] == list(scripts.cells(page.script))


@pages
def test_every_error_of_a_page_is_explained(page: GuidePage) -> None:
    unknown = remedy_for("no such code", None, "/token")
    plain = {code: remedy_for(code, None, "/token") for code, _ in page.errors}
    assert unknown not in plain.values()
    vague = [(code, about) for code, about in page.errors if about and remedy_for(code, about, "/token") == plain[code]]
    assert vague == [], "what an error is about has a remedy of its own"


@pages
def test_an_arrow_leads_from_one_party_to_another(page: GuidePage) -> None:
    for step in page.picture.steps if page.picture else ():
        first, last = page.picture.columns(step) if page.picture else (0, 0)
        assert first < last


def test_every_script_is_on_a_page_and_every_profile_in_the_table() -> None:
    assert {path.stem for path in scripts.folder().glob("*.py")} == {scripts.COMMON, *(page.script for page in PAGES)}
    assert {reader.profile for reader in READERS} == set(PROFILES)
    unbound = [reader.who for reader in READERS if not reader.bound]
    assert unbound == ["A social network, or another service", "A caller of the operators' APIs (CAMARA)"]
    assert {slug for reader in READERS for slug in reader.pages} == {page.slug for page in PAGES}
