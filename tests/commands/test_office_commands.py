"""What a registration office does, at the command line: the same use cases as its pages, with who and why."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.support.authenticator import Authenticator
from tests.support.commands import run
from tests.support.deeds import WHY
from tests.support.seeded import ADULT, NOW, account_of, at_work, line, recorded, registered, who, years
from vneid_idp.cli.people import Workplace
from vneid_idp.identity.account_rules import highest_level
from vneid_idp.identity.factors import passkeys
from vneid_idp.identity.factors.passkeys import Site
from vneid_idp.identity.register.cards import citizen_card_expiry
from vneid_idp.identity.register.records import Card, CardKind, LockedBy, PersonKind
from vneid_idp.kernel.clock import local_date, midnight
from vneid_idp.policy.documents import shipped
from vneid_idp.sandbox.country.citizens import Citizen

OTHER = ("--by", "ops-2", "--reason", "A test needs it")
pytestmark = pytest.mark.usefixtures("country")


def may(level: int) -> Callable[[Citizen], bool]:
    return lambda each: highest_level(each.record, shipped().at(NOW), NOW) >= level


GUARDIAN = who(lambda each: years(each.record) > 40 and each.record.person_id != ADULT.person_id)
CHILD = who(lambda each: years(each.record) < 14 and each.record.guardian_ids)
NOBODY = "097099999999\n"


def test_an_account_is_opened_and_raised_with_who_and_why(database_url: str) -> None:
    opened = who(lambda each: each.level == 0 and may(2)(each))
    said = run("office", "open-account", "--level", "1", *WHY, typed=line(opened))
    assert len(said.stdout.strip().rsplit(" ", 1)[1]) == 10
    assert opened.personal_number not in said.output
    assert "already" in run("office", "open-account", "--level", "1", *WHY, typed=line(opened), code=1).stderr
    assert "compared" in run("office", "raise-level", *WHY, typed=line(opened), code=1).stderr
    assert account_of(database_url, opened).level == 1
    run("office", "raise-level", "--compared", *WHY, typed=line(opened))
    assert account_of(database_url, opened).level == 2
    run("office", "activation-code", *WHY, typed=line(opened))
    for kind, count in (("account.opened", 1), ("account.level_raised", 1), ("activation.issued", 2)):
        found = [data for person_id, data in recorded(database_url, kind) if person_id == opened.person_id]
        assert [(data["by"], data["reason"]) for data in found] == [("ops-1", "A test needs it")] * count


def test_level_2_is_opened_by_whoever_compared_card_and_face(database_url: str) -> None:
    opened = who(lambda each: each.level == 0 and may(2)(each))
    command = ("office", "open-account", "--level", "2", *WHY)
    assert "compared" in run(*command, typed=line(opened), code=1).stderr
    assert recorded(database_url, "account.opened") == []
    assert "level 2" in run(*command, "--compared", typed=line(opened)).stdout
    assert account_of(database_url, opened).level == 2


def test_a_phone_is_changed_with_the_code_that_was_sent_to_it(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vneid_idp.identity.factors.otp.new_digits", lambda count: "123456"[:count])
    for phone, code, sentence in (("12", "", "cannot be"), ("0950 999 888", "654321", "code is not right")):
        typed = f"{line(ADULT)}{phone}\n{code}\n"
        assert sentence in run("office", "change-phone", *WHY, typed=typed, code=1).stderr
    again = run("office", "change-phone", *WHY, typed=f"{line(ADULT)}0950 999 888\n123456\n", code=1)
    assert "sent moments ago" in again.stderr
    assert registered(ADULT).phone == ADULT.phone
    monkeypatch.setattr("vneid_idp.identity.factors.otp.RESEND_AFTER", 0)
    said = run("office", "change-phone", *WHY, typed=f"{line(ADULT)}0950 999 888\n123456\n")
    assert "950999888" not in said.output
    assert [data["what"] for _, data in recorded(database_url, "register.informed")] == ["phone_changed"]
    assert registered(ADULT).phone == "+84950999888"


def test_a_guardian_is_named_and_a_guardianship_ended(database_url: str) -> None:
    both = line(CHILD) + line(GUARDIAN)
    run("office", "name-guardian", *WHY, typed=both)
    assert "already" in run("office", "name-guardian", *WHY, typed=both, code=1).stderr
    for guardian, sentence in ((line(CHILD), "own guardian"), (NOBODY, "knows nobody"), ("", "12 digits")):
        assert sentence in run("office", "name-guardian", *WHY, typed=line(CHILD) + guardian, code=1).stderr
    run("office", "end-guardianship", *WHY, typed=both)
    assert "no guardian" in run("office", "end-guardianship", *WHY, typed=both, code=1).stderr
    found = recorded(database_url, "register.informed")
    # Two events of one instant have no order.
    for what, pair in (("guardian_named", found[:2]), ("guardianship_ended", found[2:])):
        assert {person_id: data["what"] for person_id, data in pair} == {
            CHILD.person_id: what,
            GUARDIAN.person_id: what,
        }


def test_a_card_is_renewed_by_a_newer_one(database_url: str) -> None:
    assert ADULT.card is not None
    old, today = ADULT.card.issued_on.isoformat(), local_date(NOW).isoformat()
    assert "or a newer one" in run("office", "renew-card", "--issued", old, *WHY, typed=line(ADULT), code=1).stderr
    assert "YYYY-MM-DD" in run("office", "renew-card", "--issued", "1/2/26", *WHY, code=2).stderr
    for option in (("--expires", "2031-01-01"), ("--kind", "permanent_residence_card")):
        refused = run("office", "renew-card", "--issued", today, *option, *WHY, typed=line(ADULT), code=2)
        assert "leave --expires and --kind out" in refused.stderr
    run("office", "renew-card", "--issued", today, *WHY, typed=line(ADULT))
    assert [data["what"] for _, data in recorded(database_url, "register.informed")] == ["card_issued"]
    day = local_date(NOW)
    expiry = citizen_card_expiry(ADULT.birth_date, day)
    assert registered(ADULT).card == Card(CardKind.CITIZEN, day, expiry)
    foreigner = who(lambda each: each.record.kind is PersonKind.FOREIGNER and each.record.card)
    assert foreigner.card is not None
    yesterday, ends = day - timedelta(days=1), day + timedelta(days=500)
    renew = ("office", "renew-card", *WHY, "--issued")
    assert "--expires" in run(*renew, today, typed=line(foreigner), code=2).stderr
    run(*renew, yesterday.isoformat(), "--expires", ends.isoformat(), typed=line(foreigner))
    assert registered(foreigner).card == Card(foreigner.card.kind, yesterday, ends), "of the kind that it was"
    kind = "permanent_residence_card"
    run(*renew, today, "--expires", ends.isoformat(), "--kind", kind, typed=line(foreigner))
    assert registered(foreigner).card == Card(CardKind.PERMANENT_RESIDENCE, day, ends)


def test_a_holders_lock_is_set_and_lifted(database_url: str) -> None:
    run("office", "lock", *WHY, typed=line(ADULT))
    assert account_of(database_url, ADULT).locked_by is LockedBy.HOLDER
    assert "done already" in run("office", "lock", *WHY, typed=line(ADULT), code=1).stderr
    run("office", "unlock", *WHY, typed=line(ADULT))
    assert account_of(database_url, ADULT).locked_by is None
    assert "no lock" in run("office", "unlock", *WHY, typed=line(ADULT), code=1).stderr
    found = {"by": "holder", "done_by": "ops-1", "reason": "A test needs it"}
    for kind in ("account.locked", "account.unlocked"):
        assert recorded(database_url, kind)[-1] == (ADULT.person_id, found)


def test_a_lock_in_the_authoritys_name_takes_two(database_url: str) -> None:
    def asked(command: str) -> str:
        return run("office", command, *WHY, typed=line(ADULT)).stdout.split()[0]

    first = asked("ask-lock")
    assert "waits for a decision" in run("office", "ask-lock", *OTHER, typed=line(ADULT), code=1).stderr
    assert first in run("office", "requests").stdout
    assert "cannot decide" in run("office", "decide", first, "--agree", *WHY, code=1).stderr
    assert account_of(database_url, ADULT).locked_by is None
    run("office", "decide", first, "--agree", *OTHER)
    assert account_of(database_url, ADULT).locked_by is LockedBy.AUTHORITY
    assert "no such request" in run("office", "decide", first, "--agree", *OTHER, code=1).stderr
    assert "two officers" in run("office", "unlock", *WHY, typed=line(ADULT), code=1).stderr
    assert "already" in run("office", "ask-lock", *WHY, typed=line(ADULT), code=1).stderr
    run("office", "decide", asked("ask-unlock"), "--refuse", *OTHER)
    assert account_of(database_url, ADULT).locked_by is LockedBy.AUTHORITY
    run("office", "decide", asked("ask-unlock"), "--agree", *OTHER)
    assert account_of(database_url, ADULT).locked_by is None


def test_what_was_decided_is_listed_with_why() -> None:
    said = []
    for end in (("decide", "--refuse"), ("decide", "--agree")):
        asked = run("office", "ask-lock", *WHY, typed=line(ADULT)).stdout.split()[0]
        run("office", end[0], asked, end[1], "--by", "ops-2", "--reason", f"Because {end[1]}")
        said.append((asked, "ops-2", f"Because {end[1]}"))
    taken_back = run("office", "ask-unlock", *WHY, typed=line(ADULT)).stdout.split()[0]
    run("office", "withdraw", taken_back, *WHY)
    listed = run("office", "requests", "--decided").stdout.splitlines()[1:]
    for (asked, by, reason), outcome in zip(said, (" refused ", " agreed "), strict=True):
        assert [text in row for row in listed if asked in row for text in (by, reason, outcome)] == [True] * 3
    assert [" taken back " in row for row in listed if taken_back in row] == [True]
    assert said[0][0] not in run("office", "requests").stdout


def test_whoever_asked_by_a_command_takes_it_back_by_one(database_url: str) -> None:
    asked = run("office", "ask-lock", *WHY, typed=line(ADULT)).stdout.split()[0]
    assert "Only whoever asked" in run("office", "withdraw", asked, *OTHER, code=1).stderr
    assert asked in run("office", "withdraw", asked, *WHY).stdout
    assert asked not in run("office", "requests").stdout
    assert "no such request" in run("office", "decide", asked, "--agree", *OTHER, code=1).stderr
    taken_back = {"lock": True, "by": "ops-1", "reason": "A test needs it"}
    assert recorded(database_url, "lock.withdrawn") == [(ADULT.person_id, taken_back)]


def test_a_death_is_reported_by_who_means_it(database_url: str) -> None:
    run("office", "report-death", *WHY, typed=f"n\n{line(ADULT)}", code=1)
    assert account_of(database_url, ADULT).deceased_at is None
    said = run("office", "report-death", "--yes", *WHY, typed=line(ADULT))
    assert ADULT.personal_number not in said.output
    assert account_of(database_url, ADULT).deceased_at is not None
    for command in ("lock", "activation-code", "raise-level"):
        options = ("--compared",) if command == "raise-level" else ()
        assert "has died" in run("office", command, *options, *WHY, typed=line(ADULT), code=1).stderr
    today = midnight(local_date(account_of(database_url, ADULT).deceased_at or 0))
    assert midnight(local_date(registered(ADULT).deceased_at or 0)) == today
    assert "death already" in run("office", "report-death", "--yes", *WHY, typed=line(ADULT), code=1).stderr


def test_a_death_of_a_day_before_is_reported_with_its_day(database_url: str) -> None:
    report = ("office", "report-death", "--yes", *WHY)
    day = local_date(NOW) - timedelta(days=3)
    assert "YYYY-MM-DD" in run(*report, "--on", "3/2/26", typed=line(ADULT), code=2).stderr
    ahead = (local_date(NOW) + timedelta(days=2)).isoformat()
    run(*report, "--on", ahead, typed=line(ADULT), code=1)
    run(*report, "--on", day.isoformat(), typed=line(ADULT))
    assert registered(ADULT).deceased_at == midnight(day)


@pytest.mark.parametrize("command", [("office", "passkeys"), ("office", "unlock"), ("roles", "give", "clerk")])
def test_whoever_is_looked_up_by_a_command_has_it_on_record(database_url: str, command: tuple[str, ...]) -> None:
    looked_for = {"by": "ops-1", "office": "*", "reason": "A test needs it", "desk": "command"}
    run(*command, *WHY, typed=NOBODY, code=1)
    run(*command, *WHY, typed=line(ADULT), code=1 if "unlock" in command else 0)
    assert recorded(database_url, "person.looked_up") == [("", looked_for), (ADULT.person_id, looked_for)]


def test_a_guardian_is_looked_up_by_a_command_as_the_child_is(database_url: str) -> None:
    run("office", "name-guardian", *WHY, typed=line(CHILD) + line(CHILD), code=1)
    run("office", "name-guardian", *WHY, typed=line(CHILD) + line(GUARDIAN))
    found = [person_id for person_id, _ in recorded(database_url, "person.looked_up")]
    assert found == [CHILD.person_id, CHILD.person_id, CHILD.person_id, GUARDIAN.person_id]


def test_a_passkey_is_listed_and_removed_with_who_and_why(database_url: str) -> None:
    site = Site("id.example", "Sample identity", "https://id.example")

    async def add(place: Workplace) -> str:
        options, register = passkeys.registration_options, passkeys.register
        person_id, context = ADULT.person_id, "office"
        async with place.db.writing() as unit:
            made = await options(unit, place.sealer, site, person_id=person_id, user_name="Mến", context=context)
            answer = Authenticator(site.origin).create(made.options)
            sealed = made.sealed
            await register(
                unit,
                place.sealer,
                site,
                person_id=person_id,
                context=context,
                sealed=sealed,
                answer=answer,
                name="Thẻ",
                code_at=0,
            )
            return (await passkeys.list_passkeys(unit, person_id))[0].credential_id

    credential_id = at_work(add)
    listed = run("office", "passkeys", *WHY, typed=line(ADULT)).stdout
    assert credential_id in listed
    assert "Thẻ" in listed
    remove = ("office", "remove-passkey", credential_id, *WHY)
    assert "no such passkey" in run(*remove, typed=line(GUARDIAN), code=1).stderr
    assert "no such passkey" in run("office", "remove-passkey", "x", *WHY, typed=line(ADULT), code=1).stderr
    assert f"{ADULT.person_id} has this passkey no more" in run(*remove, typed=line(ADULT)).stdout
    assert credential_id not in run("office", "passkeys", *WHY, typed=line(ADULT)).stdout
    (event,) = recorded(database_url, "passkey.removed")
    assert (event[0], event[1]["by"], event[1]["reason"]) == (ADULT.person_id, "ops-1", "A test needs it")


@pytest.mark.parametrize(
    "command",
    [
        ("open-account", "--level", "1"), ("raise-level",), ("activation-code",), ("change-phone",), ("passkeys",),
        ("remove-passkey", "x"), ("name-guardian",), ("end-guardianship",), ("renew-card", "--issued", "2026-01-01"),
        ("report-death", "--yes"), ("lock",), ("unlock",), ("ask-lock",), ("ask-unlock",),
    ],
    ids=lambda command: command[0],
)  # fmt: skip
def test_of_nobody_nothing_is_done_and_nothing_without_who_and_why(command: tuple[str, ...]) -> None:
    assert "knows nobody" in run("office", *command, *WHY, typed=NOBODY, code=1).stderr
    run("office", *command, typed=line(ADULT), code=2)
    assert (
        "who you are and why" in run("office", *command, "--by", "x", "--reason", "-", typed=line(ADULT), code=1).stderr
    )
