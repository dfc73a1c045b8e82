"""A report at the command line has an id that is printed: given again, the command is the same report."""

import pytest

from tests.support.commands import run
from tests.support.deeds import WHY
from tests.support.seeded import ADULT, NOW, line, recorded, who, years
from vneid_idp.identity.register.records import RegistryRecord, RegistryUnavailable
from vneid_idp.identity.register.reports import Report
from vneid_idp.kernel.clock import DAY, local_date
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry

pytestmark = pytest.mark.usefixtures("country")
GUARDIAN = who(lambda each: years(each.record) > 40 and each.record.person_id != ADULT.person_id)
CHILD = who(lambda each: years(each.record) < 14 and each.record.guardian_ids)
BOTH = line(CHILD) + line(GUARDIAN)
TODAY, YESTERDAY = (local_date(NOW - days * DAY).isoformat() for days in (0, 1))
PHONE = "0950 999 888\n"
COMMANDS = {
    "name-guardian": ((), BOTH),
    "renew-card": (("--issued", YESTERDAY), line(ADULT)),
    "report-death": (("--yes",), line(ADULT)),
    "change-phone": ((), line(ADULT) + PHONE),
}


@pytest.fixture(params=[True, False], ids=["arrived", "lost"])
def cut_short(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer to the next report is lost, and maybe the report."""
    report = SyntheticRegistry.report

    async def once(registry: SyntheticRegistry, told: Report) -> RegistryRecord:
        monkeypatch.setattr(SyntheticRegistry, "report", report)
        if request.param:
            await report(registry, told)
        raise RegistryUnavailable

    monkeypatch.setattr(SyntheticRegistry, "report", once)
    monkeypatch.setattr("vneid_idp.identity.factors.otp.new_digits", lambda count: "123456"[:count])


def printed_id(said: str) -> str:
    """The id of the report, as a command says it."""
    return said.partition("--report ")[2].split()[0].rstrip(".")


@pytest.mark.usefixtures("cut_short")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_report_that_was_cut_short_is_the_same_when_its_id_is_given(database_url: str, command: str) -> None:
    options, typed = COMMANDS[command]
    report = ("office", command, *options, *WHY)
    lost = run(*report, typed=typed + ("123456\n" if command == "change-phone" else ""), code=1)
    assert "cannot be asked" in lost.stderr
    for _ in range(2):  # the second finds it on record
        run(*report, "--report", printed_id(lost.stderr), typed=typed)
    told = CHILD if command == "name-guardian" else ADULT
    assert [person_id for person_id, _ in recorded(database_url, "register.informed")].count(told.person_id) == 1


def test_another_report_under_the_id_of_one_is_refused(database_url: str) -> None:
    report = ("office", "renew-card", *WHY)
    made = printed_id(run(*report, "--issued", YESTERDAY, typed=line(ADULT)).stderr)
    other = run(*report, "--issued", TODAY, "--report", made, typed=line(ADULT), code=1)
    assert "something else was reported" in other.stderr
    assert len(recorded(database_url, "register.informed")) == 1


def test_an_id_that_no_command_printed_is_refused_before_anything_is_asked() -> None:
    assert "no id of a report" in run("office", "name-guardian", *WHY, "--report", "rep_1", code=2).stderr
