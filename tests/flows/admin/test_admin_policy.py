"""`admin/v1/policy`: looked at, drafted, tried and published by programs of the operator."""

from sqlalchemy import update

from tests.support.admin import WHY, Api, last_event
from tests.support.country import Country
from tests.support.policy_texts import holiday, interval, threshold
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.kernel.clock import local_date
from vneid_idp.policy.documents import shipped
from vneid_idp.policy.tables import policy_requirements
from vneid_idp.storage.statement import Statement

RAISED = """
[[requirement]]
kind = "social_account"
action = "post"
minimum_level = 2
own_proof = true
legal_reference = "A law to come, Article 1"
in_force_from = 2031-01-01
"""

ROW = {
    "kind": "social_account", "action": "post", "minimum_level": 2, "own_proof": True,
    "legal_reference": "A law to come, Article 1", "in_force_from": "2031-01-01", "in_force_until": None,
}  # fmt: skip

STEP = {
    "trigger": "disowned", "step": "two_way", "amount": 15, "unit": "days", "times": 1,
    "legal_reference": "Decree 2/2027", "in_force_from": "2031-01-01", "in_force_until": None,
}  # fmt: skip
DAY = {"day": "2031-02-03", "name": "Flag day", "day_off": True, "legal_reference": "Notice 1"}


async def bind(land: Country, proof: BindingProof) -> None:
    async with land.idp.db.writing() as unit:
        await bind_social_account(
            unit,
            land.idp.keys.blind,
            client_id="net",
            account_id="x",
            proof=proof,
            rules=shipped().at(unit.now),
        )


async def test_a_draft_says_from_when_nothing_is_asked_any_more(api: Api, land: Country) -> None:
    async with land.idp.db.writing() as unit:
        await unit.execute(Statement(update(policy_requirements).values(in_force_until="2031-01-01")))
    draft = (await api("POST", "/policy/versions", **WHY, document=RAISED)).json()
    assert {"kind": "social_account", "action": "share", "since": "2031-01-01"} in draft["gaps"]
    assert "post" not in {gap["action"] for gap in draft["gaps"]}


async def test_rows_that_end_are_shown_with_their_end(api: Api) -> None:
    document = RAISED + "in_force_until = 2032-01-01\n" + threshold("2031-01-01", 17, "2033-01-01")
    document += interval("2031-01-01", 15) + holiday("2031-02-03")
    draft = (await api("POST", "/policy/versions", **WHY, document=document)).json()
    number = {
        "name": "guardian_until_age", "number": 17, "legal_reference": "Law 1/2027, Article 2",
        "in_force_from": "2031-01-01", "in_force_until": "2033-01-01",
    }  # fmt: skip
    assert (await api("GET", f"/policy/versions/{draft['version']}")).json() == {
        "requirements": [ROW | {"in_force_until": "2032-01-01"}],
        "thresholds": [number],
        "intervals": [STEP],
        "holidays": [DAY],
    }


async def test_the_policy_is_looked_at_drafted_tried_and_published(api: Api, land: Country) -> None:
    before = (await api("GET", "/policy")).json()
    assert [each["published_at"] is not None for each in before["versions"]] == [True]
    draft = await api("POST", "/policy/versions", **WHY, document=RAISED)
    assert draft.status_code == 201
    kind, data = await last_event(land)
    assert kind == "policy.loaded"
    assert data.items() >= WHY.items()
    path = f"/policy/versions/{draft.json()['version']}"
    assert (await api("GET", path)).json() == {
        "requirements": [ROW],
        "thresholds": [],
        "intervals": [],
        "holidays": [],
    }
    loaded = (await api("GET", "/policy")).json()["versions"][-1]
    assert (loaded["loaded_by"], loaded["published_by"], loaded["published_at"]) == (WHY["by"], None, None)
    # So it is bound: by a guardian, whose word will not do from the first day of the draft on.
    child, guardian = (land.people[slug].record.person_id for slug in ("child-9", "guardian"))
    await bind(land, BindingProof(child, 9, 2, guardian))
    tried = (await api("POST", f"{path}/simulate")).json()
    effect = {"kind": "social_account", "action": "post", "locked": {"own_proof_required": 1}, "freed": {}}
    counts = {"looked_at": 1, "locked": 1, "freed": 0, "lapsed": 0, "released": 0}
    assert tried == {"on": "2031-01-01", **counts, "effects": [effect]}
    early = (await api("POST", f"{path}/simulate?on=2030-12-31")).json()
    assert (early["on"], early["locked"], early["effects"]) == ("2030-12-31", 0, [])
    for no_day in ("0001-01-01", "9999-12-31"):
        assert (await api("POST", f"{path}/simulate?on={no_day}")).status_code == 422
    assert (await api("GET", "/policy?on=2031-01-01")).json()["requirements"] == before["requirements"]
    published = await api("POST", f"{path}/publish", **WHY)
    assert (published.status_code, published.json()["published_by"]) == (200, WHY["by"])
    kind, data = await last_event(land)
    assert kind == "policy.published"
    assert data.items() >= WHY.items()
    assert published.json()["reason"] == WHY["reason"]
    ahead = (await api("GET", "/policy?on=2031-01-01")).json()
    assert (ahead["on"], ROW in ahead["requirements"]) == ("2031-01-01", True)
    today = (await api("GET", "/policy")).json()
    assert (today["on"], today["requirements"]) == (local_date(land.watch.now()).isoformat(), before["requirements"])
    assert today["thresholds"] == before["thresholds"] != []
    assert (today["intervals"], today["holidays"]) == (before["intervals"], before["holidays"])
    assert (today["intervals"][0]["step"], today["holidays"][-1]["day"]) == ("notice", "2027-11-24")
    assert ahead["holidays"] == []
    assert (await api("POST", f"{path}/publish", **WHY)).json()["code"] == "policy_already_published"
    assert (await api("POST", "/policy/versions", **WHY, document="x")).json()["code"] == "policy_refused"
    assert (await api("GET", "/policy/versions/99")).json()["code"] == "policy_version_unknown"
    past = await api("POST", "/policy/versions", **WHY, document=RAISED.replace("2031", "2020"))
    door = f"/policy/versions/{past.json()['version']}/publish"
    assert (await api("POST", door, **WHY)).json()["code"] == "policy_in_the_past"
    assert (await api("POST", door, **WHY, backdated_because="A court said so")).status_code == 200
