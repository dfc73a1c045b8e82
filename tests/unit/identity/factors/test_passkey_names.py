"""What a passkey is called when its holder gives it no name."""

import pytest

from vneid_idp.identity.factors.passkey_names import name_of

UNKNOWN, GOOGLE = "00000000-0000-0000-0000-000000000000", "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4"


@pytest.mark.parametrize(
    ("given", "aaguid", "taken", "name"),
    [
        (" Điện thoại ", GOOGLE, [], "Điện thoại"),
        ("x" * 70, UNKNOWN, [], "x" * 60),
        ("  ", GOOGLE, [], "Google Password Manager"),
        ("", GOOGLE, ["Google Password Manager"], "Google Password Manager 2"),
        ("", UNKNOWN, [], "Khóa truy cập 1"),
        ("", UNKNOWN, ["Điện thoại"], "Khóa truy cập 1"),
        ("", UNKNOWN, ["Khóa truy cập 1", "Khóa truy cập 3"], "Khóa truy cập 2"),
        ("", UNKNOWN, [f"Khóa truy cập {number}" for number in range(1, 6)], "Khóa truy cập 6"),
    ],
)
def test_a_passkey_always_has_a_name_that_tells_it_from_the_others(
    given: str, aaguid: str, taken: list[str], name: str
) -> None:
    assert name_of(given, aaguid, "Khóa truy cập", taken) == name
