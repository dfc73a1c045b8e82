"""`vneid-idp numbers ladder`, `due`: what the law has in store for numbers, in words and for programs."""

import json

import pytest

from tests.support.commands import run, with_database
from tests.support.on_ladder import keep, many_on_ladder, on_ladder
from vneid_idp.kernel.clock import SystemClock, local_date
from vneid_idp.policy.intervals import Trigger


@pytest.mark.usefixtures("production")
def test_the_dates_of_one_case_with_their_rules() -> None:
    shown = run("numbers", "ladder", "device_change", "--from", "2026-06-15T08:00").stdout
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    article = "Circular 08/2026/TT-BKHCN, Article 8"
    assert lines == [
        "Step Due in Viet Nam After Reference",
        f"notice 2026-06-15 08:00 at once {article}",
        f"one_way 2026-06-15 10:00 2 hours {article}",
        f"two_way 2026-07-16 00:00 30 days {article}.3",
        f"ended 2026-07-22 00:00 5 days {article}.3",
        "Reached by now: ended.",
    ]
    found = json.loads(run("numbers", "ladder", "device_change", "--from", "2150-06-15T01:00Z", "--json").stdout)
    assert (found["trigger"], found["from"], found["reached"]) == ("device_change", "2150-06-15T01:00:00Z", None)
    assert found["steps"][1] == {
        "step": "one_way", "due_at": "2150-06-15T03:00:00Z", "amount": 2, "unit": "hours",
        "legal_reference": article, "in_force_from": "2026-06-15",
    }  # fmt: skip
    assert "nothing follows" in run("numbers", "ladder", "device_change", "--from", "2026-06-14", code=1).stderr
    for moment in ("soon", "0001-01-01", "9999-12-31"):
        assert "Invalid value" in run("numbers", "ladder", "device_change", "--from", moment, code=2).stderr


@pytest.mark.usefixtures("production")
def test_what_carriers_will_be_told_on_a_day_is_counted(database_url: str) -> None:
    run("policy", "show")  # the policy in the package is published
    now = SystemClock().now()
    made = [*many_on_ladder(3, Trigger.DISOWNED, now), on_ladder(9, Trigger.CLEAN_UP_2026, now)]
    with_database(database_url, lambda db: keep(db, made))
    assert made[0].next_step is not None
    on = local_date(made[0].next_step.at).isoformat()
    shown = [" ".join(line.split()) for line in run("numbers", "due", "--on", on).stdout.splitlines()]
    assert shown == ["Carrier Instruction Since it is Numbers", "song notify disowned 3"]
    found = json.loads(run("numbers", "due", "--on", on, "--json").stdout)
    assert found == [{"family_id": "song", "kind": "notify", "trigger": "disowned", "numbers": 3}]
    assert "nothing follows" in run("numbers", "due", "--on", "2150-01-01").stdout
