"""Who and why: what an event may say, and what it must not, since events outlive a person's data."""

import pytest

from vneid_idp.audit.deeds import BadDeed, Deed

PERSON = "per_06cq20971990000261h4b6n9r1"  # an id of ours with a run of twelve digits in it
HONEST = [
    "Meeting of 2026-11-29 10:00",
    "Meeting of 2026-11-29T10:00:00Z, minutes of 2026-11-30",
    "Quyết định 12/2026/QĐ-CA ngày 29/11/2026 10:30",
    "Decree 69/2024/NĐ-CP Article 15, Law 26/2023/QH15 Article 34",
    "Called twice: 29.11.2026 10:00 and 1-12-2026 9h05",
    "From 2026-11-29 2026-11-30 on, at 07:00 08:00 09:00",
    "From 2026-11-29T10:00+07:00 to 2026/12/01 23:59:59",
    "Yêu cầu của bên vận hành, phiếu 20261124",
    "Ticket INC-20261129-0042",
    "Ticket 4711, 12 accounts of 1200, 3 of 40",
    f"As {PERSON} asked, see cli_06cq2d9k7123456789t0h4b6n9",
    "100 000 accounts",
]
NUMBERS = [
    "about 097199000026",
    "about 097 199 000026",
    "about 097-199-000-026",
    "about 097.199.000.026",
    "about 097 - 199 - 000026",
    "097199000026 on 2026-11-29 10:00",
    "2026-11-29 097199000026",
    "call +84951234567",
    "call 0951 234 567",
    "call (095) 123-4567",
    "call 095.123.45.67 at 10:00",
    "call 0951–234–567",
    "card 4111 1111 1111 1111",
    "card 4111-1111-1111-1111",
    "card 4111111111111111",
    "old card 012345678",
    "97199000026 without the zero",
    "2026112997199 is no date",
    "202611290971 is no date",
    "٠٩٧١٩٩٠٠٠٠٢٦ in other digits",
    "per_097199000026",
]


@pytest.mark.parametrize("reason", HONEST)
def test_dates_times_and_files_may_be_named(reason: str) -> None:
    assert Deed("ops-1", f"  {reason} ").data == {"by": "ops-1", "reason": reason}


@pytest.mark.parametrize("reason", NUMBERS)
def test_no_reason_holds_anybodys_number(reason: str) -> None:
    with pytest.raises(BadDeed):
        Deed("ops-1", reason)


@pytest.mark.parametrize("who", [PERSON, "cli_1234567891234567891234567u", "ops.lan", "ops-20261129"])
def test_an_id_of_ours_is_never_judged_for_its_digits(who: str) -> None:
    assert Deed(who, "Why", through="cli_x").data == {"by": who, "reason": "Why", "through": "cli_x"}


def test_what_is_just_not_too_long_is_taken() -> None:
    assert Deed("x" * 64, "a" * 500, office="HN-01").data == {"by": "x" * 64, "reason": "a" * 500, "office": "HN-01"}


@pytest.mark.parametrize(
    "who", ["x" * 65, "ops-1\n", "", "Nguyễn Văn An", "Nguyen Van An", "097199000026", "per_097199000026", "-x"]
)
def test_nobody_is_named_by_a_name_or_a_number(who: str) -> None:
    with pytest.raises(BadDeed):
        Deed(who, "Why")


@pytest.mark.parametrize("reason", ["", "  ", "ab", " ab ", "a" * 501, "two\nlines", "nul\0l"])
def test_a_reason_is_a_line_that_says_something(reason: str) -> None:
    with pytest.raises(BadDeed):
        Deed("ops-1", reason)
