"""`admin/v1/policy`: looked at, drafted, tried and published by programs of the operator."""

from tests.support.admin import WHY, Api, last_event
from tests.support.country import Country

RAISED = """
[[requirement]]
kind = "social_account"
action = "post"
minimum_level = 2
own_proof = true
legal_reference = "A law to come, Article 1"
in_force_from = 2031-01-01
"""


async def test_the_policy_is_looked_at_drafted_tried_and_published(api: Api, land: Country) -> None:
    before = (await api("GET", "/policy")).json()
    assert [each["published_at"] is not None for each in before["versions"]] == [True]
    draft = await api("POST", "/policy/versions", **WHY, document=RAISED)
    assert draft.status_code == 201
    kind, data = await last_event(land)
    assert kind == "policy.loaded"
    assert data.items() >= WHY.items()
    path = f"/policy/versions/{draft.json()['version']}"
    assert len((await api("GET", path)).json()["requirements"]) == 1
    assert (await api("POST", f"{path}/simulate")).json()["on"] == "2031-01-01"
    for no_day in ("0001-01-01", "9999-12-31"):
        assert (await api("POST", f"{path}/simulate?on={no_day}")).status_code == 422
    assert (await api("GET", "/policy?on=2031-01-01")).json()["requirements"] == before["requirements"]
    published = await api("POST", f"{path}/publish", **WHY)
    assert (published.status_code, published.json()["published_by"]) == (200, WHY["by"])
    kind, data = await last_event(land)
    assert kind == "policy.published"
    assert data.items() >= WHY.items()
    assert (await api("GET", "/policy?on=2031-01-01")).json()["requirements"] != before["requirements"]
    assert (await api("GET", "/policy")).json()["requirements"] == before["requirements"]
    assert (await api("POST", f"{path}/publish", **WHY)).json()["code"] == "policy_already_published"
    assert (await api("POST", "/policy/versions", **WHY, document="x")).json()["code"] == "policy_refused"
    assert (await api("GET", "/policy/versions/99")).json()["code"] == "policy_version_unknown"
    past = await api("POST", "/policy/versions", **WHY, document=RAISED.replace("2031", "2020"))
    door = f"/policy/versions/{past.json()['version']}/publish"
    assert (await api("POST", door, **WHY)).json()["code"] == "policy_in_the_past"
    assert (await api("POST", door, **WHY, backdated_because="A court said so")).status_code == 200
