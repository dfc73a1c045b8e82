"""When two names agree."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.matching.names import Likeness, agree, likeness

EQUAL, DIACRITICS, NEAR, OTHER = Likeness
NAMES = st.text(st.sampled_from("aăâeêioôơuưyđbcghnqt \u0300\u0301\u0302\u0303\u0309\u0323AĐ"), max_size=12)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Nguyễn Thị Minh Anh", "NGUYỄN THỊ MINH ANH", EQUAL),
        ("Nguyễn Thị Minh Anh", "  nguyễn  thị\tminh\u00a0anh ", EQUAL),
        ("Nguyễn Thị Minh Anh", unicodedata.normalize("NFD", "Nguyễn Thị Minh Anh"), EQUAL),
        ("Lê Hoà", "Lê Hòa", EQUAL),
        ("Lê Hoạ", "Lê Họa", EQUAL),
        ("Khoẻ Thuý Uỷ", "Khỏe Thúy Ủy", EQUAL),
        ("Hoà Nguyễn", "Hòa Nguyễn", EQUAL),
        ("ĐẶNG QUÝ", "đặng qúy", EQUAL),
        # Before a consonant there is one spelling.
        ("Hoàng", "Hòang", DIACRITICS),
        ("Khuỳnh", "Khùynh", DIACRITICS),
        # A vowel with a mark of its own bears the tone in either spelling.
        ("Hoằng", "Hòăng", DIACRITICS),
        ("Mài", "Maì", DIACRITICS),
        ("Nguyễn Thị Minh Anh", "Nguyen Thi Minh Anh", DIACRITICS),
        ("Đặng Văn Đức", "Dặng Văn Đức", DIACRITICS),
        # A tone mark is a letter of another name: neither is taken for the other.
        ("Lê Thị Hoa", "Lê Thị Hoà", DIACRITICS),
        ("Nguyễn Minh", "Nguyễn Ninh", NEAR),
        ("Nguyễn Minh", "Nguyễn Minhh", NEAR),
        ("Nguyễn Minh", "Nguyễn Min", NEAR),
        ("Nguyễn Minh", "NguyễnMinh", NEAR),
        ("Nguyễn Minh", "Nguyễn Nmih", OTHER),
        ("Nguyễn Minh", "Nguyen Ninh", OTHER),
        ("Nguyễn Minh", "Minh Nguyễn", OTHER),
        ("Nguyễn Minh", "", OTHER),
    ],
)
def test_names_relate_as_people_read_them(one: str, other: str, expected: Likeness) -> None:
    assert likeness(one, other) is likeness(other, one) is expected
    assert agree(one, other) is agree(other, one) is (expected is EQUAL)


@given(NAMES, NAMES)
def test_neither_form_case_spaces_nor_order_make_a_difference(one: str, other: str) -> None:
    found = likeness(one, other)
    assert likeness(other, one) is found
    # Whoever composes letters otherwise, writes in capitals or with other spaces has the same name.
    again = unicodedata.normalize("NFD", unicodedata.normalize("NFC", other).upper()).replace(" ", "  ")
    assert likeness(one, again) is found
    assert likeness(other, again) is EQUAL
    assert agree(one, other) is (found is EQUAL)
    assert agree(other, again)
    assert agree(other, unicodedata.normalize("NFC", other).upper())


@given(st.text(st.sampled_from("\u03b1\u0345\u0301\u03b9\u1fb3\u0391 "), max_size=4), st.text(max_size=4))
def test_a_quick_look_sees_what_a_long_one_does(greek: str, any_text: str) -> None:
    """A mark below a Greek letter becomes a letter behind it where capitals are made small, and marks change places."""
    for one in (greek, any_text):
        for other in (one.casefold(), one.upper(), unicodedata.normalize("NFD", one)):
            assert agree(one, other) is (likeness(one, other) is EQUAL)


@given(NAMES.filter(str.strip))
def test_a_name_without_marks_is_at_most_hinted_at(name: str) -> None:
    bare = "".join(each for each in unicodedata.normalize("NFD", name) if not unicodedata.combining(each))
    assert likeness(name, bare.replace("đ", "d").replace("Đ", "D")) in (EQUAL, DIACRITICS)
