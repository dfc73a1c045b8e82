"""What a client is told of its own tokens: what counts of them now, and until when."""

from dataclasses import replace

import pytest

from vneid_idp.kernel.clock import MINUTE, SECOND
from vneid_idp.protocol.authorisation import Authorisation, AuthorisationGround, Confirmation, Origin
from vneid_idp.protocol.introspection import INACTIVE, active, active_refresh
from vneid_idp.protocol.tokens import AccessToken, RefreshToken, new_access_token, token_type

NOW = 1_800_000_000_000
ISSUER = "https://id.example"
KEY, OTHER = Confirmation("jkt", "a"), Confirmation("x5t#S256", "b")
GRANTED = Authorisation(
    "cli_a", "per_a", ("openid", "age", "email"), Origin.BROWSER, AuthorisationGround("con_a"), bound_to=KEY
)


def token(authorisation: Authorisation = GRANTED, grant_id: str | None = "grt_a") -> AccessToken:
    return new_access_token("tok_a", authorisation, grant_id, NOW)


def test_an_access_token_is_described() -> None:
    found = active(token(), token().authorised(GRANTED), ISSUER, "sub_a", NOW + MINUTE)
    assert found == {
        "active": True, "token_type": "DPoP", "scope": "openid age email", "client_id": "cli_a", "sub": "sub_a",
        "iss": ISSUER, "aud": ISSUER, "jti": "tok_a", "iat": NOW // SECOND, "exp": NOW // SECOND + 600,
        "cnf": {"jkt": "a"},
    }  # fmt: skip


def test_a_token_of_an_earlier_version_says_no_more_than_it_did() -> None:
    earlier = AccessToken.from_json(token().to_json()[:-2])
    assert (earlier.above, earlier.registered_at) == (0, 0)
    assert earlier == token()


def test_a_token_is_inactive_from_the_instant_at_which_it_ends() -> None:
    assert active(token(), GRANTED, ISSUER, "sub_a", NOW + 10 * MINUTE - 1)["active"]
    assert active(token(), GRANTED, ISSUER, "sub_a", NOW + 10 * MINUTE) == INACTIVE


def test_a_token_of_which_nothing_counts_is_inactive() -> None:
    assert active(token(), replace(GRANTED, scope=()), ISSUER, "sub_a", NOW) == INACTIVE


def test_a_token_allows_what_both_it_and_its_grant_do_with_its_own_key() -> None:
    narrow = token(replace(GRANTED, scope=("age", "phone"), bound_to=OTHER))
    allowed = narrow.authorised(GRANTED)
    assert (allowed.scope, allowed.bound_to) == (("age",), OTHER)
    assert token(replace(GRANTED, bound_to=None)).authorised(GRANTED).bound_to is None
    found = active(narrow, allowed, ISSUER, "sub_a", NOW)
    assert (found["scope"], found["token_type"], found["cnf"]) == ("age", "Bearer", {"x5t#S256": "b"})


def test_a_clients_own_token_speaks_of_the_client() -> None:
    own = replace(GRANTED, subject=None, ground=None, bound_to=None, origin=Origin.CLIENT)
    found = active(token(own, None), own, ISSUER, None, NOW)
    assert (found["sub"], found["client_id"]) == ("cli_a", "cli_a")
    assert "cnf" not in found


def test_a_refresh_token_is_described_with_its_own_key() -> None:
    refreshing = RefreshToken("cli_a", "grt_a", 2, OTHER)
    assert active_refresh(refreshing, GRANTED, ISSUER, "sub_a") == {
        "active": True, "scope": "openid age email", "client_id": "cli_a", "sub": "sub_a", "iss": ISSUER,
        "cnf": {"x5t#S256": "b"},
    }  # fmt: skip
    assert "cnf" not in active_refresh(replace(refreshing, bound_to=None), GRANTED, ISSUER, "sub_a")


@pytest.mark.parametrize(("bound_to", "presented_as"), [(None, "Bearer"), (OTHER, "Bearer"), (KEY, "DPoP")])
def test_only_a_dpop_key_needs_a_scheme_of_its_own(bound_to: Confirmation | None, presented_as: str) -> None:
    assert token_type(bound_to) == presented_as
