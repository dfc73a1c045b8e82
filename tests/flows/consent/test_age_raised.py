"""The law raises an age: what young people gave alone ends, which the draft says before it is published."""

from datetime import timedelta

from tests.support.bindings import bind, states
from tests.support.country import Country
from tests.support.events import events_of
from tests.support.pages import opened
from tests.support.relying_party import RelyingParty
from tests.support.shortcuts import known
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.kernel.clock import DAY, local_date
from vneid_idp.policy.rules import Policy, Threshold, ThresholdRow
from vneid_idp.use_cases.end_consents_given_too_young import end_consents_given_too_young
from vneid_idp.use_cases.simulate_policy import simulate


async def test_what_a_draft_would_release_is_counted_before_and_befalls_nobody_else(
    land: Country, party: RelyingParty
) -> None:
    made = {}
    for slug in ("sixteen-today", "plain"):
        someone = await known(land, slug)
        made[slug] = await bind(land, party, slug, someone.person_id, consent_id=await someone.agree(party))
    other = RelyingParty(land, await land.register())
    await (await known(land, "sixteen-today")).agree(other)
    before, day = await land.idp.current_policy(), local_date(land.watch.now()) + timedelta(days=2)
    rows = (Threshold.GUARDIAN_UNTIL_AGE, Threshold.CONSENT_ALONE_FROM_AGE)
    after = before.amended(Policy((), tuple(ThresholdRow(each, 18, "Draft", day) for each in rows)))

    found = await simulate(land.idp.db, land.idp.registry.find_many, before, after, day)
    assert (found.looked_at, found.locked, found.lapsed, found.released) == (2, 1, 2, 1)
    assert all(set(effect.locked) == {"account_not_verified"} for effect in found.effects)
    early = await simulate(land.idp.db, land.idp.registry.find_many, before, after, day - timedelta(days=1))
    assert (early.locked, early.lapsed, early.released) == (0, 0, 0)
    same = await simulate(land.idp.db, land.idp.registry.find_many, after, after, day)
    assert (same.locked, same.lapsed, same.released) == (0, 0, 0), "what does so anyway is no change"

    land.watch.advance(2 * DAY)
    await end_consents_given_too_young(land.idp.db, land.idp.vault, after)
    ended = await states(land, party)
    assert ended == {made["sixteen-today"]: BindingState.RELEASED, made["plain"]: BindingState.VERIFIED}
    happened = await events_of(land, "sixteen-today")
    assert [kind for kind, _ in happened].count("consent.lapsed") == found.lapsed
    assert dict(happened)["binding.released"] == {"kind": "social_account", "by": "provider"}
    person = (await known(land, "sixteen-today")).person
    history = (await opened(person, "/me/history")).text
    assert f"Liên kết với tài khoản của bạn tại {party.registered.client.client_name} đã được hủy." in history
