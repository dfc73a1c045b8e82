"""Sealed values: open for the purpose and the provider that sealed them, and in no other form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.sealing import NotSealedHere, Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url, from_base64url
from vneid_idp.keys.ring import RotatingSealer

ONE, TWO = b"root one, of thirty-two bytes ok", b"root two, of thirty-two bytes ok"
SEALER = Sealer({1: ONE}, 1)


@given(st.binary(), st.sampled_from(SealPurpose))
def test_what_was_sealed_opens(plaintext: bytes, purpose: SealPurpose) -> None:
    sealed = SEALER.seal(purpose, plaintext)
    assert SEALER.open(purpose, sealed) == plaintext
    assert sealed.isascii()
    assert SEALER.seal(purpose, plaintext) != sealed


@pytest.mark.parametrize("purpose", SealPurpose)
def test_for_no_other_purpose(purpose: SealPurpose) -> None:
    sealed = SEALER.seal(purpose, b"secret")
    for other in set(SealPurpose) - {purpose}:
        with pytest.raises(NotSealedHere):
            SEALER.open(other, sealed)


@given(st.binary(max_size=40), st.data())
def test_one_changed_bit_closes_it(plaintext: bytes, data: st.DataObject) -> None:
    raw = bytearray(from_base64url(SEALER.seal(SealPurpose.CODE, plaintext)))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(NotSealedHere):
        SEALER.open(SealPurpose.CODE, base64url(bytes(raw)))


@given(st.binary(max_size=40), st.data())
def test_one_changed_letter_closes_it(plaintext: bytes, data: st.DataObject) -> None:
    sealed = SEALER.seal(SealPurpose.CODE, plaintext)
    place = data.draw(st.integers(0, len(sealed) - 1))
    letter = data.draw(st.characters().filter(lambda c: c != sealed[place]))
    with pytest.raises(NotSealedHere):
        SEALER.open(SealPurpose.CODE, sealed[:place] + letter + sealed[place + 1 :])


@given(st.text() | st.binary().map(base64url))
def test_foreign_text_does_not_open(text: str) -> None:
    with pytest.raises(NotSealedHere):
        SEALER.open(SealPurpose.ACCESS_TOKEN, text)


@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}\n", "{}A", "-{}"])
def test_a_value_has_one_spelling(change: str) -> None:
    sealed = SEALER.seal(SealPurpose.CODE, b"secret")
    with pytest.raises(NotSealedHere):
        SEALER.open(SealPurpose.CODE, change.format(sealed))


def test_truncated_values_do_not_open() -> None:
    sealed = SEALER.seal(SealPurpose.CODE, b"secret")
    for length in range(len(sealed)):
        with pytest.raises(NotSealedHere):
            SEALER.open(SealPurpose.CODE, sealed[:length])


def test_another_providers_value_does_not_open_whatever_key_it_names() -> None:
    foreign = Sealer({1: TWO, 2: ONE}, 1)
    with pytest.raises(NotSealedHere):
        SEALER.open(SealPurpose.CODE, foreign.seal(SealPurpose.CODE, b"secret"))
    with pytest.raises(NotSealedHere):
        SEALER.open(SealPurpose.CODE, Sealer({9: ONE}, 9).seal(SealPurpose.CODE, b"secret"))


def test_after_a_rotation_old_values_open_until_their_root_is_dropped() -> None:
    sealer = RotatingSealer({1: ONE}, 1)
    old = sealer.seal(SealPurpose.REFRESH_TOKEN, b"secret")
    sealer.turn({1: ONE, 2: TWO}, 2)
    assert sealer.open(SealPurpose.REFRESH_TOKEN, old) == b"secret"
    new = sealer.seal(SealPurpose.REFRESH_TOKEN, b"secret")
    assert from_base64url(old)[0] == 1
    assert from_base64url(new)[0] == 2
    sealer.turn({2: TWO}, 2)
    assert sealer.open(SealPurpose.REFRESH_TOKEN, new) == b"secret"
    with pytest.raises(NotSealedHere):
        sealer.open(SealPurpose.REFRESH_TOKEN, old)


def test_json_comes_back_and_the_error_says_nothing_of_the_value() -> None:
    sealed = SEALER.seal_json(SealPurpose.SESSION, ["một", None, 3])
    assert SEALER.open_json(SealPurpose.SESSION, sealed) == ["một", None, 3]
    with pytest.raises(NotSealedHere) as refused:
        SEALER.open_json(SealPurpose.CODE, sealed)
    assert sealed not in repr(refused.value)


def test_what_was_sealed_is_counted() -> None:
    sealer = Sealer({1: ONE}, 1)
    assert sealer.sealed == 0
    for _ in range(3):
        sealer.seal(SealPurpose.CODE, b"secret")
    assert sealer.sealed == 3
