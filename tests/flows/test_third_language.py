"""A language is one line in `kernel/languages.py`: everything else follows, and what nobody has written in it yet is
shown in the language that everything is written in."""

import pytest

from tests.support.country import PURPOSE, Country
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.kernel.languages import LANGUAGES, in_language
from vneid_idp.protocol.purposes import read_purposes
from vneid_idp.protocol.uris import BadMember


@pytest.fixture(autouse=True)
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    """A third language, of which no word is there yet."""
    monkeypatch.setitem(LANGUAGES, "fr", "Français")


async def test_a_language_is_added_in_one_place(land: Country, party: RelyingParty) -> None:
    person = Person(land, land.people["complete"])
    person.browser.headers["Accept-Language"] = "fr"
    request = party.request(scope="openid identity age email")
    consent = await person.sign_in(await person.start(request))
    assert isinstance(consent, Page)
    assert consent.path.startswith("/consent/")
    assert '<html lang="fr">' in consent.response.text
    assert PURPOSE["title"]["vi"] in consent.text
    assert isinstance(await person.submit(consent, answer="agree"), str)
    for path, words in (("/me/services", PURPOSE["title"]["vi"]), ("/", land.people["complete"].record.full_name)):
        page = await person.open(path)
        assert isinstance(page, Page)
        assert page.response.status_code == 200
        assert '<html lang="fr">' in page.response.text
        assert words in page.text
    supported = (await person.browser.get("/.well-known/openid-configuration")).json()["ui_locales_supported"]
    assert supported == ["vi", "en", "fr"]


def test_a_purpose_has_vietnamese_and_may_have_the_others() -> None:
    texts = ("title", "text", "legal_ground", "kept_until")
    for words in ({"vi": "một"}, {"vi": "một", "fr": "un"}):
        (read,) = read_purposes([{"id": "p", **dict.fromkeys(texts, words)}])
        assert [read[name] for name in texts] == [words] * 4
    assert (in_language({"vi": "một", "fr": "un"}, "fr"), in_language({"vi": "một"}, "fr")) == ("un", "một")
    bad: list[dict[str, object]] = [{"en": "one"}, {"vi": "một", "en": " "}, {"vi": "một", "fr": 1}]
    for refused in bad:
        with pytest.raises(BadMember):
            read_purposes([{"id": "p", **dict.fromkeys(texts, refused)}])
