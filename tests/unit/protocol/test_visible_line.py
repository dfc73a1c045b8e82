"""What a relying party writes on pages of ours: how it calls an account, its name, and the words of its purposes."""

from typing import Any

import pytest

from tests.support.registration import PURPOSE, SELF, read
from vneid_idp.protocol.checks.account_label import check_account_label
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidClientMetadata, InvalidRequest

LINKS = "binding:social_account"
DECOMPOSED = "To\u0302i la\u0300 Nguye\u0302\u0303n"


def label(text: Any) -> Any:
    draft = RequestDraft(Client("cli_a", "A", scope=(LINKS,)), {"account_label": text})
    draft.scope = (LINKS,)
    check_account_label(draft)
    return draft.account_label


def name(text: Any) -> Any:
    return read(SELF, client_name=text)["client_name"]


def tagged_name(text: Any) -> Any:
    return read(SELF, **{"client_name#en": text})["client_name#en"]


def words(member: str) -> Any:
    def of_purpose(text: Any) -> Any:
        return read(SELF, purposes=[{**PURPOSE, member: {"vi": "Một", "en": text}}])["purposes"][0][member]["en"]

    return of_purpose


PLACES = [
    pytest.param(label, 64, id="account_label"),
    pytest.param(name, 200, id="client_name"),
    pytest.param(tagged_name, 200, id="client_name#en"),
    pytest.param(words("title"), 200, id="title"),
    pytest.param(words("text"), 2000, id="text"),
    pytest.param(words("legal_ground"), 500, id="legal_ground"),
    pytest.param(words("kept_until"), 500, id="kept_until"),
]


@pytest.mark.parametrize(("read_in", "longest"), PLACES)
def test_what_a_service_writes_on_our_pages_is_a_line_that_is_seen(read_in: Any, longest: int) -> None:
    hidden = (
        "\u3164", "\u2800", "\u115f", "\u1160", "\u034f", "\ufe00", "\ufe0f", "\u17b4", "\u17b5", "\u180b", "\u180d",
        "\u180f", "\uffa0", "\u200b", "\u00ad", "\U000e0100", "\U000e01ef",
    )  # fmt: skip
    for refused in (
        *hidden, *(f"Phở {sign}24" for sign in hidden), "a\u202eb", "a\nb", "a\u2028b", "a\x00b", "a" + "\u0301" * 160,
        "q\u0301\u0302\u0303\u0304",
        "…", "🍵", "", " ", " a", "a\u00a0", "a" * (longest + 1),
    ):  # fmt: skip
        with pytest.raises((InvalidClientMetadata, InvalidRequest)):
            read_in(refused)
    for good in (
        "Đường sắt Việt Nam – “Ưỡn ẹo”",
        "Phở 24 🍵",
        "ไทยกี่",
        "ភាសាខ្មែរ",
        "日本",
        "7",
        "a" * longest,
        "q\u0301\u0302\u0303",
        "ꥼ \u115e \u1161 \u17b3 \u180a \u1810 \u3163 \u3165 \uffa1 \u2801",
    ):
        assert read_in(good) == good
    assert read_in(DECOMPOSED) == "Tôi là Nguyễn"
    assert read_in("Điều\u00a023") == "Điều 23", "as word processors write it"
