"""`--by` at the command line: a name of the house is taken at its word, a person id stands for a colleague."""

import json

import pytest

from tests.support.commands import run
from tests.support.deeds import WHY
from tests.support.seeded import ADULT, COUNT, account_of, line, recorded, years
from vneid_idp.identity.register.records import LockedBy, RegistryRecord
from vneid_idp.sandbox.country.citizens import citizens

pytestmark = pytest.mark.usefixtures("country")
FIRST, SECOND, OTHER, *_ = (
    each.record
    for each in citizens(COUNT, 1)
    if each.level == 2
    and not each.record.deceased_at
    and not each.record.locked_by
    and each.record.card
    and years(each.record) > 20
    and each.record.person_id != ADULT.person_id
)


def by(colleague: RegistryRecord) -> tuple[str, ...]:
    return "--by", colleague.person_id, "--reason", "A test needs it"


def given(role: str, colleague: RegistryRecord, *more: str, who: tuple[str, ...] = WHY) -> str:
    """The id of a role that is given."""
    return run("roles", "give", role, *who, *more, typed=line(colleague)).stdout.split()[-1]


def refused(*arguments: str, typed: str | None = None) -> str:
    return str(run(*arguments, typed=typed, code=1).stderr)


def test_a_person_id_takes_the_role_and_acts_in_the_name_of_its_office(database_url: str) -> None:
    lock = ("office", "lock", *by(FIRST))
    assert "role" in refused(*lock, typed=line(ADULT))
    given("officer", FIRST)
    assert "role" in refused(*lock, typed=line(ADULT)), "an officer is no clerk"
    role_id = given("clerk", FIRST, "--office", "ward-1")
    run(*lock, typed=line(ADULT))
    assert account_of(database_url, ADULT).locked_by is LockedBy.HOLDER
    (event,) = [data for _, data in recorded(database_url, "account.locked")]
    assert (event["done_by"], event["office"]) == (FIRST.person_id, "ward-1")
    looked = [data for _, data in recorded(database_url, "person.looked_up")][-1]
    assert (looked["by"], looked["office"]) == (FIRST.person_id, "ward-1")
    run("roles", "end", role_id, *WHY)
    assert "role" in refused("office", "unlock", *by(FIRST), typed=line(ADULT))
    assert account_of(database_url, ADULT).locked_by is LockedBy.HOLDER


def test_a_colleague_of_several_offices_says_at_the_page_for_which(database_url: str) -> None:
    for office in ("ward-1", "ward-2"):
        given("clerk", FIRST, "--office", office)
    assert "several offices" in refused("office", "lock", *by(FIRST), typed=line(ADULT))
    given("clerk", FIRST)
    run("office", "lock", *by(FIRST), typed=line(ADULT))
    assert recorded(database_url, "account.locked")[-1][1]["office"] == "*"


def test_nobody_acts_upon_the_own_file_or_gives_themself_a_role(database_url: str) -> None:
    for role in ("clerk", "officer", "operator"):
        given(role, FIRST)
    for command in (("office", "lock"), ("office", "ask-lock"), ("citizens", "forget", "--yes")):
        assert "own file" in refused(*command, *by(FIRST), typed=line(FIRST))
    assert refused("roles", "give", "clerk", "--office", "ward-1", *by(FIRST), typed=line(FIRST))
    assert account_of(database_url, FIRST).locked_by is None


def test_a_lock_of_the_authority_takes_two_officers_of_one_office(database_url: str) -> None:
    given("officer", FIRST, "--office", "ward-1")
    given("officer", OTHER, "--office", "ward-2")
    asked = run("office", "ask-lock", *by(FIRST), typed=line(ADULT)).stdout.split()[0]
    decide = ("office", "decide", asked, "--agree")
    assert "cannot decide" in refused(*decide, *by(FIRST))
    assert "role" in refused(*decide, *by(SECOND))
    assert "role" in refused(*decide, *by(OTHER)), "another office's"
    role_id = given("officer", SECOND, "--office", "ward-1")
    run("roles", "end", role_id, *WHY)
    assert "role" in refused(*decide, *by(SECOND))
    given("officer", SECOND, "--office", "ward-1")
    run("office", "lock", *WHY, typed=line(SECOND))
    assert "role" in refused(*decide, *by(SECOND)), "whose account cannot be used does nothing"
    run("office", "unlock", *WHY, typed=line(SECOND))
    assert account_of(database_url, ADULT).locked_by is None
    run(*decide, *by(SECOND))
    assert account_of(database_url, ADULT).locked_by is LockedBy.AUTHORITY
    assert json.dumps(recorded(database_url, "lock.decided")[-1]).count("ward-1") == 1


def test_roles_and_forgetting_take_an_operator(database_url: str) -> None:
    given("clerk", FIRST)
    assert "role" in refused("roles", "give", "officer", *by(FIRST), typed=line(SECOND))
    assert "role" in refused("citizens", "forget", "--yes", *by(FIRST), typed=line(ADULT))
    given("operator", OTHER)
    role_id = given("officer", SECOND, who=by(OTHER))
    assert "role" in refused("roles", "end", role_id, *by(FIRST))
    run("roles", "end", role_id, *by(OTHER))
    run("citizens", "forget", "--yes", *by(OTHER), typed=line(ADULT))
    assert account_of(database_url, ADULT).closed_at is not None
