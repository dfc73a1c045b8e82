"""`registry list | retry`: what the feed went on without, seen and tried again at the command line."""

import pytest

from tests.support.commands import run, with_database
from tests.support.deeds import WHY
from vneid_idp.identity.register import set_aside
from vneid_idp.identity.register.feed import Fact, RegistryChange
from vneid_idp.kernel.clock import MINUTE, SystemClock
from vneid_idp.policy import service as policies
from vneid_idp.policy.documents import shipped
from vneid_idp.storage.unit import Database


@pytest.mark.usefixtures("sandbox")
def test_what_was_set_aside_is_listed_and_tried_again(database_url: str) -> None:
    async def stumble(database: Database) -> None:
        change = RegistryChange("17", "per_somebody", (Fact.DEATH,), SystemClock().now() - MINUTE)
        async with database.writing() as unit:
            await set_aside.put(unit, "synthetic", change, "KeyError")

    run("citizens", "seed", "--count", "1", "--seed", "1")
    with_database(database_url, stumble)
    (row,) = run("registry", "list").stdout.splitlines()[1:]
    assert row.split()[:3] == ["17", "per_somebody", "death"]
    assert "KeyError" in row
    run("registry", "retry", "17", code=2)
    assert "No change" in run("registry", "retry", "17", "--feed", "https://former.example", *WHY, code=1).stderr
    refused = run("registry", "retry", "18", *WHY, code=1)
    assert "No change at this place" in refused.stderr
    assert "17 is followed." in run("registry", "retry", "17", *WHY).stdout
    assert run("registry", "list").stdout.splitlines()[1:] == []
    assert "No change at this place" in run("registry", "retry", "17", *WHY, code=1).stderr


@pytest.mark.usefixtures("sandbox")
def test_what_a_former_register_left_behind_is_tried_by_its_feed(database_url: str) -> None:
    former = "https://former.example"

    async def leave_behind(database: Database) -> None:
        change = RegistryChange("17", "per_somebody", (Fact.DEATH,), SystemClock().now() - MINUTE)
        async with database.writing() as unit:
            await set_aside.put(unit, former, change, "KeyError")

    async def without_policy(database: Database) -> bool:
        async with database.reading() as unit:
            missing = shipped().beside(await policies.published(unit))
        return bool(missing.size)

    run("citizens", "seed", "--count", "1", "--seed", "1")
    with_database(database_url, leave_behind)
    assert with_database(database_url, without_policy), "no provider has started here yet"
    assert "No change at this place" in run("registry", "retry", "17", *WHY, code=1).stderr
    assert "17 is followed." in run("registry", "retry", "17", "--feed", former, *WHY).stdout
    assert run("registry", "list").stdout.splitlines()[1:] == []
    assert not with_database(database_url, without_policy), "followed by the rules that a start would bring"
