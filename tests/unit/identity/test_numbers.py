"""Personal ID numbers and phones: what is read, what is refused, and that nothing made here can be real."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.identity import personal_id, phones, provinces
from vneid_idp.identity.personal_id import MalformedPersonalId, Sex
from vneid_idp.identity.phones import MalformedPhone
from vneid_idp.web.formats import format_phone

BIRTHS = st.dates(date(1900, 1, 1), date(2399, 12, 31))


@given(BIRTHS, st.sampled_from(Sex), st.integers(0, 999_999))
def test_a_number_tells_what_it_was_built_from(born: date, sex: Sex, serial: int) -> None:
    number = personal_id.read_personal_id(personal_id.build(born, sex, serial))
    assert (number.birth_year, number.sex, number.serial, number.synthetic) == (born.year, sex, serial, True)


@pytest.mark.parametrize(
    ("born", "sex", "digit"),
    [
        (date(1999, 1, 1), Sex.MALE, "0"),
        (date(1999, 1, 1), Sex.FEMALE, "1"),
        (date(2000, 1, 1), Sex.MALE, "2"),
        (date(2000, 1, 1), Sex.FEMALE, "3"),
        (date(2399, 1, 1), Sex.FEMALE, "9"),
    ],
)
def test_the_fourth_digit_is_century_and_sex(born: date, sex: Sex, digit: str) -> None:
    assert personal_id.build(born, sex, 0)[3] == digit


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "09719600000",
        "0971960000011",
        "09719600000a",
        "003196000001",
        "000196000001",
        "296196000001",
        "٠٩٧١٩٦٠٠٠٠٠١",
    ],
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(MalformedPersonalId) as error:
        personal_id.read_personal_id(text)
    assert not text or text not in str(error.value) or len(text) < 2


@pytest.mark.parametrize(
    "text", ["097196000001", " 097 196 000 001 ", "097.196.000.001", "001-196-000-001", "101196000001"]
)
def test_numbers_are_read_as_people_type_them(text: str) -> None:
    assert len(personal_id.read_personal_id(text).text) == 12


@given(st.text(max_size=20))
def test_reading_a_number_never_fails_otherwise(text: str) -> None:
    with suppress(MalformedPersonalId):
        assert personal_id.read_personal_id(text).text.isascii()


@pytest.mark.parametrize(("year", "serial"), [(1899, 0), (2400, 0), (2000, -1), (2000, 1_000_000)])
def test_what_has_no_number_cannot_be_built(year: int, serial: int) -> None:
    with pytest.raises(ValueError, match=r"knows|digits"):
        personal_id.build(date(year, 1, 1), Sex.MALE, serial)


def test_provinces_are_63_and_34_and_every_old_one_has_a_new_one() -> None:
    assert len(provinces.FORMER) == 63
    assert len(provinces.CURRENT) == 34
    assert {provinces.current_code(code) for code in provinces.FORMER} == set(provinces.CURRENT)
    assert personal_id.SYNTHETIC_PLACE not in provinces.FORMER
    with pytest.raises(KeyError):
        provinces.current_code("097")


@pytest.mark.parametrize(("former", "now"), [("074", "79"), ("079", "79"), ("015", "15"), ("046", "46")])
def test_merged_provinces(former: str, now: str) -> None:
    assert provinces.current_code(former) == now


@pytest.mark.parametrize(
    "typed",
    [
        "0950000001",
        "950000001",
        "+84950000001",
        "84950000001",
        "0084950000001",
        "095 000 0001",
        "(095) 000-0001",
        "+84 95.000.00.01",
        "０９５００００００１",
    ],
)
def test_a_phone_is_read_however_it_is_typed(typed: str) -> None:
    assert phones.read_phone(typed) == "+84950000001"


@pytest.mark.parametrize("real", ["0321234567", "0912345678", "0771234567", "0561234567", "0868123456"])
def test_real_prefixes_are_read(real: str) -> None:
    assert phones.read_phone(real) == "+84" + real[1:]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "095",
        "09500000011",
        "0241234567",
        "0691234567",
        "0121234567",
        "01212345678",
        "0301234567",
        "+16502530000",
        "0950000001x3",
        "0950000001#3",
        "0950 CALL ME",
        "0" * 400,
    ],
)
def test_what_is_no_mobile_number_of_a_person_is_refused(typed: str) -> None:
    with pytest.raises(MalformedPhone):
        phones.read_phone(typed)


@given(st.text(max_size=40))
def test_reading_a_phone_never_fails_otherwise(text: str) -> None:
    with suppress(MalformedPhone):
        assert phones.read_phone(text).startswith("+84")


@given(st.integers(0, phones.SYNTHETIC_NUMBERS - 1))
def test_synthetic_phones_survive_being_shown(serial: int) -> None:
    number = phones.build(serial)
    assert phones.read_phone(format_phone(number)) == number


def test_phones_run_out() -> None:
    with pytest.raises(ValueError, match="digits"):
        phones.build(phones.SYNTHETIC_NUMBERS)
