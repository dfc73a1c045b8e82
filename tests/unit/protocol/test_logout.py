"""Where a browser may go after signing out, and what log-out tokens say."""

from typing import Any

import pytest

from vneid_idp.kernel.clock import DAY, SECOND
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.logout import logout_token_claims, read_address, read_hint

ISSUER = "https://id.example"
CLIENT = Client("cli_a", "A", post_logout_redirect_uris=("https://rp.example/out", "https://rp.example/out?x=1"))
ID_TOKEN: dict[str, Any] = {"iss": ISSUER, "sub": "s", "aud": "cli_a", "exp": 2, "iat": 1, "auth_time": 1}


def test_an_id_token_of_ours_is_a_hint_expired_or_not() -> None:
    assert read_hint(ID_TOKEN, ISSUER, {"client_id": "cli_a"}).client_id == "cli_a"
    assert read_hint(ID_TOKEN, ISSUER, {}).subject == "s"


@pytest.mark.parametrize(
    "claims",
    [
        ID_TOKEN | {"iss": "https://other.example"},
        {name: value for name, value in ID_TOKEN.items() if name != "auth_time"},
        {"iss": ISSUER, "sub": "s", "aud": "cli_a", "name": "signed userinfo"},
        logout_token_claims(ISSUER, "cli_a", "s", "ses_1", "not_1", DAY) | {"auth_time": 1},
        logout_token_claims(ISSUER, "cli_a", "s", "ses_1", "not_1", DAY),
    ],
)
def test_other_tokens_that_we_sign_are_no_hint(claims: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        read_hint(claims, ISSUER, {})


def test_the_hint_belongs_to_the_client_that_is_named() -> None:
    with pytest.raises(InvalidRequest):
        read_hint(ID_TOKEN, ISSUER, {"client_id": "cli_b"})


def test_the_browser_goes_where_the_client_registered_with_the_state_and_nothing_else() -> None:
    out = "https://rp.example/out"
    assert read_address(CLIENT, {}) is None
    assert read_address(None, {"state": "s"}) is None
    assert read_address(CLIENT, {"post_logout_redirect_uri": out}) == out
    assert read_address(CLIENT, {"post_logout_redirect_uri": out, "state": "a b&c"}) == f"{out}?state=a+b%26c"
    assert read_address(CLIENT, {"post_logout_redirect_uri": f"{out}?x=1", "state": "s"}) == f"{out}?x=1&state=s"


@pytest.mark.parametrize(
    "uri",
    ["https://rp.example/out/", "https://rp.example/out?y=1", "https://rp.example/OUT", "https://evil.example/out",
     "https://rp.example/out#", "https://rp.example.evil.example/out", "//rp.example/out", "javascript:x"],
)  # fmt: skip
def test_anywhere_else_is_refused(uri: str) -> None:
    with pytest.raises(InvalidRequest):
        read_address(CLIENT, {"post_logout_redirect_uri": uri})


def test_a_state_is_carried_back_up_to_a_length() -> None:
    asked = {"post_logout_redirect_uri": "https://rp.example/out"}
    assert read_address(CLIENT, asked | {"state": "s" * 4096}) == f"https://rp.example/out?state={'s' * 4096}"
    with pytest.raises(InvalidRequest, match="state"):
        read_address(CLIENT, asked | {"state": "s" * 4097})


def test_without_a_hint_nothing_is_redirected() -> None:
    with pytest.raises(InvalidRequest):
        read_address(None, {"post_logout_redirect_uri": "https://rp.example/out"})


def test_a_log_out_token_says_what_it_must_and_no_more() -> None:
    claims = logout_token_claims(ISSUER, "cli_a", "s", "ses_1", "not_1", 100 * SECOND)
    assert claims == {
        "iss": ISSUER,
        "aud": "cli_a",
        "sub": "s",
        "sid": "ses_1",
        "iat": 100,
        "exp": 220,
        "jti": "not_1",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
