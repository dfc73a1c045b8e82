"""Two services that compare what they were told cannot tell that it is the same person, nor the same browser."""

from typing import Any

from tests.support.country import Country
from tests.support.relying_party import Person, RelyingParty
from tests.support.visitor import Page


async def telling(land: Country, site: str) -> RelyingParty:
    """A service that is told of log-outs, and so is given a name for the session."""
    members = {"redirect_uris": [f"{site}/cb"], "backchannel_logout_uri": f"{site}/back"}
    return RelyingParty(land, await land.register(**members))


async def id_token(person: Person, party: RelyingParty) -> dict[str, Any]:
    """The claims of an ID token for this service, the person agreeing to what it asks."""
    request = party.request(redirect_uri=party.registered.client.redirect_uris[0])
    page = await person.start(request)
    if isinstance(page, Page) and page.path.startswith("/signin"):
        page = await person.sign_in(page)
    assert isinstance(page, Page), page
    away = await person.submit(page, answer="agree")
    assert isinstance(away, str), away.text
    tokens = (await party.redeem(request, request.read_answer(away)["code"])).json()
    return await party.claims(tokens["id_token"])


async def test_neither_subject_nor_session_has_the_same_name_elsewhere(land: Country) -> None:
    person = Person(land, land.people["complete"])
    one, other = [await id_token(person, await telling(land, f"https://{host}.example")) for host in ("one", "other")]
    assert one["sub"] != other["sub"]
    assert one["sid"] != other["sid"]
    assert "ses_" not in one["sid"]


async def test_within_a_sector_both_names_are_shared(land: Country) -> None:
    person = Person(land, land.people["complete"])
    one, other = [await id_token(person, await telling(land, "https://rp.example")) for _ in range(2)]
    assert (one["sub"], one["sid"]) == (other["sub"], other["sid"])
