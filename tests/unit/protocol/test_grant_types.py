"""PKCE, redemption, refresh, levels, subjects and what tokens say inside: small rules that doors stand on."""

from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vneid_idp.kernel.clock import SECOND
from vneid_idp.kernel.sealing import Sealer, SealPurpose
from vneid_idp.kernel.secrets import base64url
from vneid_idp.protocol.authorisation import (
    Authorisation,
    AuthorisationGround,
    Child,
    Confirmation,
    Origin,
    ParentGrant,
    check_possession,
)
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import (
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidToken,
    OAuthError,
    UnauthorizedClient,
    plain,
)
from vneid_idp.protocol.grant_types import client_credentials
from vneid_idp.protocol.grant_types.authorization_code import check_redemption, redeem
from vneid_idp.protocol.grant_types.refresh_token import (
    GRACE,
    GrantRotation,
    RefreshVerdict,
    check_refresh,
    judge,
    narrowed,
    refresh,
)
from vneid_idp.protocol.grant_types.request import TokenRequest
from vneid_idp.protocol.levels import METHODS, SignInMethod, amr, factors, opens_session, reached
from vneid_idp.protocol.operator_tokens import DeviceNumber
from vneid_idp.protocol.pkce import check_verifier
from vneid_idp.protocol.subjects import subject
from vneid_idp.protocol.tokens import (
    AccessToken,
    Code,
    RefreshToken,
    SignInFacts,
    id_token_claims,
    is_id_token,
    new_access_token,
)

NOW = 1_800_000_000_000
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # both of RFC 7636 appendix B
CLIENT = Client("cli_a", "A", redirect_uris=("https://rp.example/cb",), scope=("openid", "binding:social_account"))
AUTHORISATION = Authorisation(
    "cli_a", "per_a", ("openid", "age"), Origin.BROWSER, AuthorisationGround("con_a", "ses_a"), Child("per_b"),
    {"userinfo": {"email": {}}}, ({"type": "subscriber_number", "actions": ["bind"]},), 2, "urn:vneid:level:2",
    ("pwd", "otp", "sms", "mfa"), NOW - 5, Confirmation("jkt", "thumb"), ("cli_b", "cli_c"),
)  # fmt: skip
CODE = Code("grt_a", "https://rp.example/cb", NOW, "n", CHALLENGE, AUTHORISATION)
SEALER = Sealer({1: bytes(32)}, 1)
PARAMS = {"redirect_uri": "https://rp.example/cb", "code_verifier": VERIFIER}


def asked(
    token: Code | RefreshToken, *, proof: Confirmation | None = None, grant_types: tuple[str, ...] = ()
) -> TokenRequest:
    """A token request with this code or refresh token."""
    purpose, name = (
        (SealPurpose.CODE, "code") if isinstance(token, Code) else (SealPurpose.REFRESH_TOKEN, "refresh_token")
    )
    params = {**PARAMS, name: SEALER.seal_json(purpose, token.to_json())}
    return TokenRequest(replace(CLIENT, grant_types=grant_types), params, proof, NOW)


def test_the_verifier_of_the_specification_fits() -> None:
    check_verifier(CHALLENGE, VERIFIER)
    check_verifier(None, None)


@pytest.mark.parametrize(
    ("challenge", "verifier"),
    [
        (CHALLENGE, None),
        (CHALLENGE, ""),
        (CHALLENGE, CHALLENGE),
        (CHALLENGE, VERIFIER[:-1]),
        (CHALLENGE, VERIFIER + "="),
        (CHALLENGE, VERIFIER.lower()),
        (CHALLENGE, "ạ" * 43),
        (None, VERIFIER),
        (None, ""),
    ],
)
def test_any_other_verifier_does_not(challenge: str | None, verifier: str | None) -> None:
    with pytest.raises(InvalidGrant):
        check_verifier(challenge, verifier)


@pytest.mark.parametrize("verifier", ["a" * 42, "a" * 129, "a" * 42 + "+"])
def test_a_verifier_of_the_wrong_form_is_refused_although_it_matches(verifier: str) -> None:
    from hashlib import sha256

    with pytest.raises(InvalidGrant):
        check_verifier(base64url(sha256(verifier.encode()).digest()), verifier)


def test_a_good_redemption() -> None:
    for now in (NOW - 10 * SECOND, NOW, NOW + 60 * SECOND - 1):
        check_redemption(CODE, CLIENT, PARAMS, now)


@pytest.mark.parametrize(
    ("client", "params", "now", "error"),
    [
        (replace(CLIENT, client_id="cli_b"), {}, NOW, InvalidGrant),
        (replace(CLIENT, redirect_uris=("https://rp.example/other",)), {}, NOW, InvalidGrant),
        (CLIENT, {}, NOW + 60 * SECOND, InvalidGrant),
        (CLIENT, {}, NOW - 10 * SECOND - 1, InvalidGrant),
        (CLIENT, {"redirect_uri": "https://rp.example/cb/"}, NOW, InvalidGrant),
        (CLIENT, {"redirect_uri": None}, NOW, InvalidRequest),
        (CLIENT, {"code_verifier": None}, NOW, InvalidGrant),
        (CLIENT, {"code_verifier": "b" * 43}, NOW, InvalidGrant),
    ],
)
def test_one_thing_wrong_with_a_redemption(
    client: Client, params: dict[str, str | None], now: int, error: type[OAuthError]
) -> None:
    merged = {name: value for name, value in {**PARAMS, **params}.items() if value is not None}
    with pytest.raises(error):
        check_redemption(CODE, client, merged, now)


@pytest.mark.parametrize(
    ("presented", "current", "age", "verdict"),
    [
        (3, 3, 0, RefreshVerdict.CURRENT),
        (3, 3, 10**12, RefreshVerdict.CURRENT),
        (2, 3, 0, RefreshVerdict.REPEATED),
        (2, 3, GRACE - 1, RefreshVerdict.REPEATED),
        (2, 3, GRACE, RefreshVerdict.REPLAYED),
        (1, 3, 0, RefreshVerdict.REPLAYED),
        (4, 3, 0, RefreshVerdict.REPLAYED),
    ],
)
def test_generations(presented: int, current: int, age: int, verdict: RefreshVerdict) -> None:
    token, rotation = RefreshToken("cli_a", "grt_a", presented), GrantRotation(current, NOW)
    assert judge(token, rotation, Client("cli_a", "A"), NOW + age) is verdict
    public = Client("cli_a", "A", token_endpoint_auth_method="none")
    forgiven = verdict is RefreshVerdict.REPEATED
    assert judge(token, rotation, public, NOW + age) is (RefreshVerdict.REPLAYED if forgiven else verdict)


def test_a_refresh_token_is_its_clients() -> None:
    check_refresh(RefreshToken("cli_a", "grt_a", 1), CLIENT, None)
    with pytest.raises(InvalidGrant):
        check_refresh(RefreshToken("cli_b", "grt_a", 1), CLIENT, None)


@pytest.mark.parametrize(("text", "scope"), [(None, ("a", "b")), ("b", ("b",)), ("b a b", ("b", "a"))])
def test_a_refresh_may_ask_for_less(text: str | None, scope: tuple[str, ...]) -> None:
    assert narrowed(("a", "b"), ("a", "b"), ("a", "b"), text) == scope


@pytest.mark.parametrize("text", ["c", "a c", " ", "A"])
def test_a_refresh_may_not_ask_for_more_or_nothing(text: str) -> None:
    with pytest.raises(InvalidScope):
        narrowed(("a", "b"), ("a", "b"), ("a", "b"), text)


def test_a_refresh_brings_what_still_counts() -> None:
    assert narrowed(("a", "b"), ("a", "b"), ("b",), None) == ("b",)
    assert narrowed(("a", "b"), ("a", "b"), ("b",), "a b") == ("b",)
    for text in ("a", "c"):
        with pytest.raises(InvalidScope):
            narrowed(("a", "b"), ("a", "b"), ("b",), text)


def test_a_refresh_with_the_scope_that_was_asked_for_brings_what_the_person_gave() -> None:
    """Authlib repeats what it was configured with, at each refresh."""
    assert narrowed(("a", "b", "c"), ("openid", "a"), ("openid", "a"), "openid a b c") == ("openid", "a")
    with pytest.raises(InvalidScope):
        narrowed(("a", "b"), ("openid", "a"), ("openid", "a"), "b")
    with pytest.raises(InvalidScope):
        narrowed(("a", "b"), ("openid", "a"), ("openid", "a"), "a c")


def test_a_clients_own_scope() -> None:
    assert client_credentials.read_scope(CLIENT, None) == ("binding:social_account",)
    assert client_credentials.read_scope(CLIENT, "binding:social_account") == ("binding:social_account",)
    for text in ("openid", "binding:social_account openid", " "):
        with pytest.raises(InvalidScope):
            client_credentials.read_scope(CLIENT, text)
    with pytest.raises(InvalidScope):
        client_credentials.read_scope(replace(CLIENT, scope=("openid",)), None)
    public = replace(CLIENT, token_endpoint_auth_method="none")
    with pytest.raises(UnauthorizedClient):
        client_credentials.authorise(TokenRequest(public, {}, None, NOW), SEALER)


methods = st.lists(st.builds(SignInMethod, st.sampled_from(sorted(METHODS)), st.integers(0, 9)), max_size=5).map(tuple)


@given(st.sampled_from([1, 2]), methods)
def test_level_2_is_two_kinds_of_evidence(level: int, shown: tuple[SignInMethod, ...]) -> None:
    names = {method.name for method in shown}
    two = bool(names & {"hwk", "phone"}) or ("sms" in names and bool(names & {"pwd", "pin"}))
    assert reached(level, shown) == (0 if not shown else 2 if level == 2 and two else 1)
    assert ("mfa" in amr(shown)) == two == (factors(shown) >= 2)
    assert opens_session(shown) == bool(names - {"sms"})
    assert len(amr(shown)) == len(set(amr(shown)))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("pwd",), ("pwd",)),
        (("pin",), ("pin",)),
        (("hwk",), ("hwk", "user", "mfa")),
        (("pwd", "sms"), ("pwd", "otp", "sms", "mfa")),
        (("pin", "pwd"), ("pin", "pwd")),
        (("sms", "pwd", "sms"), ("otp", "sms", "pwd", "mfa")),
    ],
)
def test_methods_have_their_registered_names_in_the_order_in_which_they_were_shown(
    names: tuple[str, ...], said: tuple[str, ...]
) -> None:
    assert amr(tuple(SignInMethod(name, NOW) for name in names)) == said


tuples = st.lists(st.sampled_from(["openid", "age", "email"]), max_size=3, unique=True).map(tuple)
confirmations = st.none() | st.builds(Confirmation, st.sampled_from(["jkt", "x5t#S256"]), st.text())
parents = st.none() | st.builds(ParentGrant, st.text(), st.text(), st.integers(0, 2))
authorisations = st.builds(
    Authorisation, client_id=st.text(), subject=st.none() | st.text(), scope=tuples, origin=st.sampled_from(Origin),
    ground=st.none() | st.builds(AuthorisationGround, st.text(), st.none() | st.text(), parents),
    on_behalf_of=st.none() | st.builds(Child, st.text()),
    claims=st.just({"userinfo": {"email": {"essential": True}}}), details=st.just(({"type": "t", "actions": ["a"]},)),
    level=st.integers(0, 2), acr=st.text(), amr=tuples, auth_time=st.integers(0, 2**53), bound_to=confirmations,
    actors=tuples, device_number=st.none() | st.builds(DeviceNumber, st.text(), st.text()), by_message=st.booleans(),
)  # fmt: skip
codes = st.builds(
    Code, grant_id=st.text(), redirect_uri=st.text(), issued_at=st.integers(0, 2**53), nonce=st.none() | st.text(),
    code_challenge=st.none() | st.text(), authorisation=authorisations,
)  # fmt: skip
access_tokens = st.builds(
    AccessToken, st.text(), st.text(), st.none() | st.text(), tuples, st.integers(0, 2**53), st.integers(0, 2**53),
    confirmations, st.none() | authorisations, st.integers(0, 2),
)  # fmt: skip
refresh_tokens = st.builds(RefreshToken, st.text(), st.text(), st.integers(1, 2**53), confirmations, st.integers(0, 2))


@given(authorisations | codes | access_tokens | refresh_tokens)
def test_what_is_sealed_or_stored_is_read_as_it_was(value: Authorisation | Code | AccessToken | RefreshToken) -> None:
    assert type(value).from_json(orjson.loads(orjson.dumps(value.to_json()))) == value


def test_what_earlier_versions_wrote_is_read_for_as_long_as_it_lives() -> None:
    written = [
        "cli_a", "per_a", ["openid", "age"], "browser", ["con_a", "ses_a"], "per_b", {"userinfo": {"email": {}}},
        [{"type": "subscriber_number", "actions": ["bind"]}], 2, "urn:vneid:level:2", ["pwd", "otp", "sms", "mfa"],
        NOW - 5, ["jkt", "thumb"], ["cli_b", "cli_c"],
    ]  # fmt: skip
    assert Authorisation.from_json(written) == AUTHORISATION, "which links nothing"
    assert orjson.loads(orjson.dumps(AUTHORISATION.to_json())) == [*written, False, [], None, None, None, True]
    assert Authorisation.from_json(written[:-2]) == replace(AUTHORISATION, bound_to=None, actors=())
    derived = Authorisation.from_json([*written[:4], ["con_a", None, "cli_z", "grt_z"], *written[5:]])
    assert derived.ground == AuthorisationGround("con_a", None, ParentGrant("cli_z", "grt_z", 0))
    code = ["grt_a", "https://rp.example/cb", NOW, "n", CHALLENGE, written]
    assert Code.from_json(code) == CODE
    for refreshing in (["cli_a", "grt_a", 7], ["cli_a", "grt_a", 7, None], ["cli_a", "grt_a", 7, None, 0]):
        assert RefreshToken.from_json(refreshing) == RefreshToken("cli_a", "grt_a", 7)
    access = ["tok_a", "cli_a", None, ["openid"], 1, 2, None, None, 0]
    assert AccessToken.from_json(access[:-1]) == AccessToken.from_json(access)
    assert AccessToken.from_json(access) == AccessToken("tok_a", "cli_a", None, ("openid",), 1, 2)
    assert orjson.loads(orjson.dumps(AccessToken.from_json(access).to_json())) == [*access, 0, [], []]


def test_a_bound_token_needs_its_key() -> None:
    key, other = Confirmation("jkt", "a"), Confirmation("x5t#S256", "a")
    bound, public = RefreshToken("cli_a", "grt_a", 1, key), replace(CLIENT, token_endpoint_auth_method="none")
    check_possession(None, None, InvalidToken)
    check_possession(None, key, InvalidToken)
    check_possession(key, key, InvalidToken)
    check_refresh(bound, public, key)
    for bound_to, about in ((key, "dpop"), (other, "certificate")):
        with pytest.raises(InvalidToken) as refused:
            check_possession(bound_to, None, InvalidToken)
        assert refused.value.about == about
    for proof in (other, Confirmation("jkt", "b"), None):
        with pytest.raises(InvalidToken):
            check_possession(key, proof, InvalidToken)
        with pytest.raises(InvalidGrant):
            check_refresh(bound, public, proof)


def test_a_confidential_client_may_come_with_another_key_but_not_with_none() -> None:
    bound, other = RefreshToken("cli_a", "grt_a", 1, Confirmation("jkt", "a")), Confirmation("jkt", "b")
    check_refresh(bound, CLIENT, other)
    with pytest.raises(InvalidGrant):
        check_refresh(bound, CLIENT, None)
    assert refresh(asked(bound, proof=other), SEALER).bound_to == other


def test_what_a_code_opens_is_bound_to_the_key_that_is_proven() -> None:
    key, other = AUTHORISATION.bound_to, Confirmation("jkt", "b")
    assert key is not None
    free = replace(CODE, authorisation=replace(AUTHORISATION, bound_to=None))
    for code, proof in ((CODE, key), (free, key), (free, None)):
        assert redeem(asked(code, proof=proof), SEALER).authorisation.bound_to == proof
    for proof in (None, other):
        with pytest.raises(InvalidGrant):
            redeem(asked(CODE, proof=proof), SEALER)


@pytest.mark.parametrize("name", ["offline_access", "refresh_token"])
def test_a_grant_can_be_refreshed_where_both_person_and_operator_allow_it(name: str) -> None:
    offline = replace(AUTHORISATION, scope=("openid", "offline_access"), bound_to=None)
    both = asked(replace(CODE, authorisation=offline), grant_types=("authorization_code", "refresh_token"))
    assert redeem(both, SEALER).refreshable
    lacking = (
        asked(replace(CODE, authorisation=replace(offline, scope=("openid",))), grant_types=both.client.grant_types)
        if name == "offline_access"
        else asked(replace(CODE, authorisation=offline))
    )
    assert not redeem(lacking, SEALER).refreshable


def test_a_token_request_without_its_token_or_with_another_kind_of_it() -> None:
    bare = TokenRequest(CLIENT, PARAMS, None, NOW)
    for judge_it in (redeem, refresh):
        with pytest.raises(InvalidRequest):
            judge_it(bare, SEALER)
    swapped = {
        "code": SEALER.seal_json(SealPurpose.REFRESH_TOKEN, ["cli_a", "grt_a", 1]),
        "refresh_token": SEALER.seal_json(SealPurpose.CODE, CODE.to_json()),
    }
    for judge_it in (redeem, refresh):
        with pytest.raises(InvalidGrant):
            judge_it(replace(bare, params={**PARAMS, **swapped}), SEALER)


def test_a_clients_own_token_carries_what_it_allows_and_its_key() -> None:
    key = Confirmation("x5t#S256", "a")
    made = client_credentials.authorise(TokenRequest(CLIENT, {}, key, NOW), SEALER).authorisation
    assert made == Authorisation("cli_a", None, ("binding:social_account",), Origin.CLIENT, bound_to=key)
    assert new_access_token("tok_a", made, None, NOW).own == made


def test_what_an_id_token_says_cannot_be_overruled_by_claims_that_were_asked() -> None:
    facts = SignInFacts("sub", "ses_a", "acr", ("pwd",), NOW - 7000, "n")
    asked = dict.fromkeys(("iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid", "nonce"), "evil")
    claims = id_token_claims("https://op.example", "cli_a", facts, NOW, {**asked, "email": "a@b"})
    assert claims == {
        "email": "a@b", "iss": "https://op.example", "sub": "sub", "aud": "cli_a", "exp": NOW // 1000 + 600,
        "iat": NOW // 1000, "auth_time": NOW // 1000 - 7, "acr": "acr", "amr": ["pwd"], "sid": "ses_a", "nonce": "n",
    }  # fmt: skip
    assert is_id_token(claims)
    assert "nonce" not in id_token_claims("i", "c", replace(facts, nonce=None), NOW, {})
    assert not is_id_token({**claims, "events": {}})
    assert not is_id_token({"iss": "i", "sub": "s", "aud": "a"})


KEY = b"pairwise key of the tests"


def test_subjects_are_the_same_within_a_sector_and_unlike_between_them() -> None:
    sector = "https://sector.example/uris.json"
    a = Client("cli_a", "A", redirect_uris=("https://a.example/1",))
    again = Client("cli_z", "Z", redirect_uris=("https://a.example/2",))
    b = Client("cli_b", "B", redirect_uris=("https://b.example/1",))
    assert subject(a, "per_a", KEY) == subject(again, "per_a", KEY)
    assert subject(a, "per_a", KEY) != subject(b, "per_a", KEY)
    one, other = replace(a, sector_identifier_uri=sector), replace(b, sector_identifier_uri=sector)
    assert subject(one, "per_a", KEY) == subject(other, "per_a", KEY) != subject(a, "per_a", KEY)
    public = [subject(replace(client, subject_type="public"), "per_a", KEY) for client in (a, b)]
    assert public[0] == public[1]
    different = {subject(a, "per_a", KEY), subject(a, "per_b", KEY), subject(a, "per_a", b"another"), public[0]}
    assert len(different) == 4
    mixed = [
        Client(name, "M", redirect_uris=("https://a.example/1", "com.example.app:/cb")) for name in ("cli_e", "cli_f")
    ]
    plain = [Client(name, "P", redirect_uris=("http://a.example/1",)) for name in ("cli_g", "cli_h")]
    for first, second in (mixed, plain):
        assert subject(first, "per_a", KEY) not in (subject(second, "per_a", KEY), subject(a, "per_a", KEY))
    apps = [Client(name, "App", redirect_uris=("com.example.app:/cb",)) for name in ("cli_c", "cli_d")]
    assert subject(apps[0], "per_a", KEY) != subject(apps[1], "per_a", KEY)


@given(st.text())
def test_an_error_description_is_plain(text: str) -> None:
    assert all(" " <= letter <= "~" and letter not in '"\\' for letter in plain(text))
    assert plain("RFC 7636 §4.2") == "RFC 7636 section 4.2"
