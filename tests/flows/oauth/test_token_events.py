"""What is recorded of codes and tokens: whose, for which client, under which grant, and what happened."""

from tests.support.country import Country
from tests.support.grants import grants_of, refused
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import Known, agreed
from vneid_idp.audit import service as audit
from vneid_idp.kernel.clock import SECOND
from vneid_idp.protocol.levels import LEVEL_1

SCOPE = "openid age offline_access"
Recorded = list[tuple[str, str | None, str | None, dict[str, object]]]


async def recorded(land: Country, someone: Known) -> Recorded:
    """What somebody's history says of grants, oldest first: kind, client, grant and data."""
    async with land.idp.db.reading() as unit:
        history = await audit.history_of(unit, someone.person_id)
    found = sorted(history, key=lambda event: event.event_id)
    kinds = ("grant.", "code.", "refresh.")
    return [(e.kind, e.client_id, e.subject_id, dict(e.data)) for e in found if e.kind.startswith(kinds)]


async def test_each_use_is_recorded_with_client_and_grant(land: Country, party: RelyingParty) -> None:
    someone, bystander = await agreed(land, party), await agreed(land, party, "plain")
    token = (await someone.tokens(party, scope=SCOPE, acr_values=LEVEL_1))["refresh_token"]
    (grant_id,) = [row["grant_id"] for row in await grants_of(land)]
    opened: dict[str, object] = {"scope": SCOPE.split(), "acr": LEVEL_1, "origin": "browser"}
    expected: Recorded = [("grant.opened", party.client_id, grant_id, opened)]
    assert await recorded(land, someone) == expected
    second = (await party.refresh(token)).json()["refresh_token"]
    third = (await party.refresh(second)).json()["refresh_token"]
    expected += [("refresh.used", party.client_id, grant_id, {"generation": number}) for number in (1, 2)]
    assert await recorded(land, someone) == expected
    assert refused(await party.refresh(token))
    expected.append(("refresh.replayed", party.client_id, grant_id, {"generation": 1}))
    assert await recorded(land, someone) == expected, "the generation that was shown again"
    for again in (token, second, third):
        assert refused(await party.refresh(again))
    assert (await party.post("/revoke", token=third)).status_code == 200
    assert await recorded(land, someone) == expected, "what has ended ends no second time"
    assert await recorded(land, bystander) == []


async def test_a_revocation_and_a_code_that_came_twice_are_told_apart(land: Country, party: RelyingParty) -> None:
    someone = await agreed(land, party)
    tokens = await someone.tokens(party, scope=SCOPE)
    for _ in range(2):
        assert (await party.post("/revoke", token=tokens["refresh_token"])).status_code == 200
    (first,) = [row["grant_id"] for row in await grants_of(land)]
    assert (await recorded(land, someone))[1:] == [("grant.revoked", party.client_id, first, {})]
    land.watch.advance(SECOND)
    request = party.request()
    code = await someone.code(request)
    assert (await party.redeem(request, code)).status_code == 200
    for _ in range(2):
        assert refused(await party.redeem(request, code))
    (second,) = {row["grant_id"] for row in await grants_of(land)} - {first}
    assert [(kind, subject) for kind, _, subject, _ in (await recorded(land, someone))[2:]] == [
        ("grant.opened", second),
        ("code.replayed", second),
    ]
