"""Randomness, digests and encodings."""

import base64
import hmac
from time import sleep, time_ns

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.secrets import (
    BlindIndex,
    base64url,
    digest,
    from_base64url,
    id_from,
    id_of,
    new_digits,
    new_id,
    new_ids,
    new_secret,
    same,
)


@given(st.binary())
def test_base64url_comes_back(data: bytes) -> None:
    assert from_base64url(base64url(data)) == data
    assert "=" not in base64url(data)


@pytest.mark.parametrize("text", ["QQ==", "QQ=", "QR", "Q", "+/+/", "QQ ", "QQ\n", "é", "Q-=="])
def test_what_is_not_unpadded_base64url_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        from_base64url(text)


@given(st.text())
def test_any_text_is_decoded_or_refused(text: str) -> None:
    try:
        data = from_base64url(text)
    except ValueError:
        return
    assert base64url(data) == text


def test_secrets_do_not_repeat_and_have_their_length() -> None:
    made = {new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(from_base64url(secret)) for secret in made} == {32}
    assert len(from_base64url(new_secret(18))) == 18


def test_digits_keep_their_leading_zeros() -> None:
    codes = [new_digits(2) for _ in range(2000)]
    assert {len(code) for code in codes} == {2}
    assert len(set(codes)) == 100


def test_identifiers_are_unique_and_sort_by_time() -> None:
    made = [new_id("per") for _ in range(2000)]
    assert len(set(made)) == 2000
    assert all(name.startswith("per_") and name.isascii() and name.islower() for name in made)
    stamps = [name[4:14] for name in made]
    assert stamps == sorted(stamps)


def test_what_is_made_one_after_the_other_reads_in_that_order() -> None:
    made = []
    for _ in range(50):
        made.append(new_id("evt"))
        sleep(0.00001)
    assert made == sorted(made)
    assert {len(name) for name in made} == {30}


def test_comparison_and_digest() -> None:
    assert same("đúng", "đúng")
    assert not same("a", "b")
    assert not same("a", "aa")
    assert digest("abc") == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"


def test_many_ids_are_as_many_in_their_order_and_like_any_other() -> None:
    before, ids, after = new_id("nbr"), new_ids("nbr", 70_000), new_id("nbr")
    assert [before, *ids, after] == sorted({before, *ids, after})
    first = int.from_bytes(base64.b32hexdecode(f"{ids[0].removeprefix('nbr_').upper()}======"))
    places = (0, 1, 255, 256, 69_999)
    assert [ids[place] for place in places] == [id_of("nbr", first + place) for place in places]
    assert ids[0][:-4] != new_ids("nbr", 1)[0][:-4]


@given(st.binary(min_size=1, max_size=64), st.text(), st.text())
def test_a_blind_index_is_hmac_sha256(key: bytes, kind: str, text: str) -> None:
    mac = hmac.digest(key, f"{kind}\0{text}".encode(), "sha256")
    assert BlindIndex(key).of(kind, text) == base64url(mac) == base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def test_a_blind_index_separates_kinds_keys_and_values() -> None:
    blind = BlindIndex(b"key")
    assert blind.of("phone", "1") == blind.of("phone", "1")
    assert len({blind.of("phone", "1"), blind.of("phone", "2"), blind.of("email", "1"),
                BlindIndex(b"other").of("phone", "1"), digest("phone\x001")}) == 5  # fmt: skip


def test_an_identifier_begins_with_the_microsecond_of_its_making() -> None:
    for make, at in ((new_id, time_ns() // 1000), (lambda prefix: id_from(prefix, 7, "secret"), 7000)):
        text = make("evt").removeprefix("evt_").upper()
        number = int.from_bytes(base64.b32hexdecode(text + "=" * (-len(text) % 8)))
        assert 0 <= (number >> 76) - at < 10_000_000
        assert number >> 128 == 0


def test_identifiers_are_base32hex_and_sort_as_their_numbers() -> None:
    numbers = (0, 1, 0x3FF, 1 << 76, (1 << 128) - 1)
    spelled = [id_of("per", number) for number in numbers]
    assert spelled == ["per_" + base64.b32hexencode(n.to_bytes(16)).decode().rstrip("=").lower() for n in numbers]
    assert sorted(spelled) == spelled
