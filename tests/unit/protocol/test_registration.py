"""What a relying party may register, member by member."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.registration import CALLBACK, JWKS, OPERATOR, PURPOSE, SELF, SELF_IN_PRODUCTION, read
from vneid_idp.clients.metadata import read_client, write_members
from vneid_idp.protocol import registration
from vneid_idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from vneid_idp.protocol.grant_types.names import JWT_BEARER_GRANT
from vneid_idp.protocol.members import MEMBERS, OPERATOR_MEMBERS, Registrar


def test_defaults_of_the_specification_for_a_client_that_registers_itself() -> None:
    found = read()
    assert found["token_endpoint_auth_method"] == "client_secret_basic"
    assert found["grant_types"] == ["authorization_code"]
    assert found["response_types"] == ["code"]
    assert found["id_token_signed_response_alg"] == "RS256"
    assert found["application_type"] == "web"
    assert found["subject_type"] == "pairwise"
    assert found["client_name"] == "rp.example"


def test_the_operators_clients_sign_with_es256_and_get_no_exceptions() -> None:
    found = read(OPERATOR)
    assert found["id_token_signed_response_alg"] == "ES256"
    assert found["scope"] == "openid"
    assert "assertion_audience" not in found
    assert "purposes" not in found


def test_new_clients_bind_their_requests_but_those_that_try_things_in_the_sandbox() -> None:
    name = "require_pkce_or_nonce"
    for registrar, bound in ((OPERATOR, True), (SELF_IN_PRODUCTION, True), (SELF, None)):
        found = read(registrar)
        assert found.get(name) is bound, registrar
        # What stands is changed by nobody who does not speak of it: an older client goes on as it does.
        for standing in ({}, {name: True}, {name: False}):
            before = {key: value for key, value in found.items() if key != name} | standing
            changed = registration.read_registration({"redirect_uris": [CALLBACK]}, registrar, before=before)
            assert changed.members.get(name) == standing.get(name)
    assert read(SELF, **{name: True})[name] is True
    assert read(OPERATOR, **{name: False})[name] is False
    with pytest.raises(InvalidClientMetadata, match="only the operator lets"):
        read(SELF_IN_PRODUCTION, **{name: False})


@pytest.mark.parametrize("registrar", [SELF, SELF_IN_PRODUCTION])
@pytest.mark.parametrize(
    "change",
    [
        {"redirect_uris": ["https://victim.example/cb"]},
        {"sector_identifier_uri": "https://victim.example/sector.json"},
        {"redirect_uris": ["http://localhost:9/cb"], "application_type": "native"},
        {"subject_type": "public"},
    ],
)
def test_an_update_cannot_move_to_the_subjects_of_another_sector(registrar: Registrar, change: dict[str, Any]) -> None:
    before = registration.read_registration({"redirect_uris": ["https://rp.example/cb"]}, registrar).members
    same = {"redirect_uris": ["https://rp.example/other", "https://rp.example/cb"], "client_name": "New name"}
    assert registration.read_registration(same, registrar, before=before).members["client_name"] == "New name"
    with pytest.raises(InvalidClientMetadata, match="subjects"):
        registration.read_registration({"redirect_uris": ["https://rp.example/cb"]} | change, registrar, before=before)


def test_unknown_members_software_statements_and_nulls_are_ignored() -> None:
    ignored: dict[str, Any] = {
        "software_statement": "a.b.c", "foo": 1, "client_name": None,
        "client_name#": "x", "redirect_uris#vi": 7,
    }  # fmt: skip
    assert read(**ignored) == read()
    assert read(**ignored, client_uri="https://a.example")["client_uri"] == "https://a.example", "what follows is read"


def test_texts_in_several_languages_are_kept() -> None:
    for name in ("client_name#vi", "client_name#zh-Hant"):
        assert read(SELF, **{name: "Quán Nước"})[name] == "Quán Nước"


BAD_REDIRECTS = [
    "http://rp.example/cb",
    "https://rp.example/cb#",
    "https://rp.example/cb#fragment",
    "https://user@rp.example/cb",
    "https://user:pass@rp.example/cb",
    "https://rp.example\\@evil.example/cb",
    "https:///cb",
    "https:cb",
    "//rp.example/cb",
    "/cb",
    "rp.example/cb",
    "javascript:alert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "https://rp.example/c b",
    "https://rp.example/cb\n",
    "https://rp.example/\tcb",
    "https://rp.éxample/cb",
    "https://rp.example:99999/cb",
    "https://[::1/cb",
    "https://rp.example/<script>",
    "com.example.app:/cb",
    *("x" * 3000, "", 7, None),
]


@pytest.mark.parametrize("uri", BAD_REDIRECTS)
@pytest.mark.parametrize("registrar", [SELF, OPERATOR])
def test_redirect_uris_that_cannot_be_registered(uri: Any, registrar: Registrar) -> None:
    with pytest.raises(InvalidRedirectUri):
        read(registrar, redirect_uris=[CALLBACK, uri])


def test_who_registers_an_own_scheme_or_none_is_told_so() -> None:
    with pytest.raises(InvalidRedirectUri, match="application_type native and reverse domain notation"):
        read(redirect_uris=["myapp://callback"])
    with pytest.raises(InvalidClientMetadata, match="request_uris: must be absolute: 'requests/x' has no scheme"):
        read(request_uris=["requests/x"])  # as a library makes one that nobody told its own address


def test_a_redirect_uri_has_2048_characters_at_most() -> None:
    longest = f"{CALLBACK}?".ljust(2048, "a")
    assert read(redirect_uris=[longest])["redirect_uris"] == [longest]
    with pytest.raises(InvalidRedirectUri):
        read(redirect_uris=[longest + "a"])


def test_a_host_is_the_same_in_capitals_and_makes_no_second_sector() -> None:
    uris = [CALLBACK, "https://RP.example/other"]
    assert read(redirect_uris=uris)["redirect_uris"] == uris


@pytest.mark.parametrize("registrar", [SELF, OPERATOR])
def test_at_several_hosts_a_client_is_a_sector_of_its_own_and_stays_that(registrar: Registrar) -> None:
    uris = [CALLBACK, "https://other.example/cb"]
    found = read(registrar, redirect_uris=uris)
    assert found["subject_type"] == "pairwise"
    one, two = [
        read_client(name, write_members(found), secret_digest=None, issued_at=1, disabled_at=None) for name in "ab"
    ]
    assert (one.sector, two.sector) == ("a", "b")
    # As it was told, and so as clients write it back (RFC 7592 §2.2).
    assert registration.read_registration(found, registrar, before=found).members == found
    for moved in ([CALLBACK], [f"{CALLBACK}/2", CALLBACK]):
        with pytest.raises(InvalidClientMetadata, match="subjects"):
            registration.read_registration({**found, "redirect_uris": moved}, registrar, before=found)
    proven = {**found, "sector_identifier_uri": "https://rp.example/sector"}
    with pytest.raises(InvalidClientMetadata, match="subjects"):
        registration.read_registration(proven, registrar, before=found)


def test_public_subjects_need_no_sector() -> None:
    uris = [CALLBACK, "https://other.example/cb"]
    assert read(redirect_uris=uris, subject_type="public")["redirect_uris"] == uris


@pytest.mark.parametrize("uri", ["http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb"])
def test_loopback_is_for_native_applications_and_the_sandbox(uri: str) -> None:
    assert read(SELF, redirect_uris=[uri])["redirect_uris"] == [uri]
    assert read(OPERATOR, redirect_uris=[uri], application_type="native")
    with pytest.raises(InvalidRedirectUri):
        read(OPERATOR, redirect_uris=[uri])


@pytest.mark.parametrize("uri", ["com.example.app:/cb", "com.example.app://cb", "https://rp.example/app"])
@pytest.mark.parametrize("name", ["redirect_uris", "post_logout_redirect_uris"])
def test_native_applications_may_own_a_scheme(name: str, uri: str) -> None:
    assert read(SELF, **{name: [uri]}, application_type="native")[name] == [uri]


@pytest.mark.parametrize(
    "uri",
    ["myapp:/cb", "javascript:x", "http://localhost.evil.example/cb", "http://evil.localhost/cb", "http://10.0.0.1/cb",
     "http://127.0.0.1.evil.example/cb", "http://1.example/cb"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["redirect_uris", "post_logout_redirect_uris"])
def test_native_applications_do_not_get_everything(name: str, uri: str) -> None:
    with pytest.raises(InvalidClientMetadata, match=name):
        read(SELF, **{name: [uri]}, application_type="native")


def test_a_code_client_needs_a_redirect_uri_and_others_do_not() -> None:
    with pytest.raises(InvalidRedirectUri):
        read(redirect_uris=[])
    found = registration.read_registration({"grant_types": ["client_credentials"], "response_types": []}, SELF).members
    assert found["redirect_uris"] == []
    assert found["client_name"]


BAD_MEMBERS: list[dict[str, Any]] = [
    {"response_types": ["token"]},
    {"response_types": ["code id_token"]},
    {"response_types": "code"},
    {"response_types": []},
    {"grant_types": ["implicit", "authorization_code"]},
    {"grant_types": ["urn:openid:params:grant-type:ciba"]},
    {"grant_types": ["refresh_token"], "response_types": ["code"]},
    {"grant_types": ["authorization_code", "client_credentials"], "token_endpoint_auth_method": "none"},
    {
        "profile": "camara",
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_subject_dn": "CN=rp.example",
        "grant_types": ["authorization_code", JWT_BEARER_GRANT],
    },
    {"token_endpoint_auth_method": "client_secret_jwt"},
    {"token_endpoint_auth_method": "tls_client_auth"},
    {"token_endpoint_auth_method": "private_key_jwt"},
    {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS, "jwks_uri": "https://rp.example/jwks"},
    {"token_endpoint_auth_signing_alg": "HS256"},
    {"token_endpoint_auth_signing_alg": "none"},
    {"id_token_signed_response_alg": "none"},
    {"id_token_signed_response_alg": "HS256"},
    {"userinfo_signed_response_alg": "none"},
    {"id_token_encrypted_response_alg": "RSA1_5", "jwks": JWKS},
    {"id_token_encrypted_response_alg": "ECDH-ES"},
    {"id_token_encrypted_response_enc": "A256GCM", "jwks": JWKS},
    {"userinfo_encrypted_response_alg": "dir", "jwks": JWKS},
    {"request_object_signing_alg": "HS256"},
    {"request_object_signing_alg": "ES256"},
    {"require_signed_request_object": True},
    {"require_signed_request_object": True, "request_object_signing_alg": "none", "jwks": JWKS},
    {"request_uris": ["http://rp.example/request"]},
    {"request_uris": [["x"]]},
    {"request_uris": ["https://rp.example/request#é"]},
    {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
    {"jwks_uri": "http://rp.example/jwks"},
    {"subject_type": "ephemeral"},
    {"sector_identifier_uri": "http://rp.example/sector"},
    {"sector_identifier_uri": "http://localhost/sector"},
    {"request_object_encryption_alg": "ECDH-ES"},
    {"request_object_encryption_enc": "A128GCM"},
    {"initiate_login_uri": "http://localhost/login"},
    {"initiate_login_uri": "http://rp.example/login"},
    {"client_uri": "javascript:alert(1)"},
    {"logo_uri": "data:image/png;base64,AAAA"},
    {"policy_uri": 1},
    {"client_name": ""},
    {"client_name": "a\nb"},
    {"client_name": "\u202eevil"},
    {"client_name": "x" * 201},
    {"client_name#vi": ["x"]},
    {"contacts": "a@rp.example"},
    {"default_max_age": -1},
    {"default_max_age": True},
    {"default_max_age": "60"},
    {"require_auth_time": "true"},
    {"default_acr_values": [1]},
    {"post_logout_redirect_uris": ["http://rp.example/out"]},
    {"post_logout_redirect_uris": ["https://rp.example/out#x"]},
    {"backchannel_logout_uri": "https://rp.example/out#x"},
    {"backchannel_logout_uri": "http://rp.example/out"},
    {"backchannel_logout_session_required": 1},
    {"frontchannel_logout_uri": "https://rp.example/out#x"},
    {"frontchannel_logout_uri": "http://rp.example/out"},
    {"frontchannel_logout_uri": "https://other.example/out"},
    {"frontchannel_logout_uri": "https://rp.example:8443/out"},
    {"frontchannel_logout_uri": "https://sub.rp.example/out"},
    {"frontchannel_logout_session_required": "true"},
    {"dpop_bound_access_tokens": True, "tls_client_certificate_bound_access_tokens": True},
    {"token_endpoint_auth_method": "tls_client_auth"},
    {
        "token_endpoint_auth_method": "tls_client_auth",
        "tls_client_auth_san_dns": "a",
        "tls_client_auth_san_uri": "urn:a",
    },
    {"token_endpoint_auth_method": "self_signed_tls_client_auth"},
    {"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks": JWKS},
    {"tls_client_auth_subject_dn": "no name"},
    {"tls_client_auth_subject_dn": ""},
    {"tls_client_auth_san_dns": ""},
    {"tls_client_auth_san_uri": ""},
    {"tls_client_auth_san_ip": ""},
    {"tls_client_auth_san_email": ""},
    {"tls_client_auth_san_ip": "300.0.0.1"},
    {"profile": "fapi2", "token_endpoint_auth_method": "client_secret_post"},
    {
        "profile": "fapi2",
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": JWKS,
        "id_token_signed_response_alg": "RS256",
    },
    {"application_type": "spa"},
    {"scope": ["openid"]},
    {"scope": "openid everything"},
    {"redirect_uris": [CALLBACK, "https://other.example/cb"], "subject_type": "pairwise"},
]


@pytest.mark.parametrize("members", BAD_MEMBERS, ids=str)
def test_one_bad_member_is_enough(members: dict[str, Any]) -> None:
    with pytest.raises(InvalidClientMetadata) as caught:
        read(**members)
    assert caught.value.description.isascii()  # RFC 6749 §5.2
    spoken_of = {name.partition("#")[0] for name in members} | {"grant_types", "sector_identifier_uri"}
    if "grant_types" in members:
        spoken_of |= {"backchannel_token_delivery_mode"}  # what CIBA needs beside it
    assert caught.value.member in spoken_of, caught.value.description


def test_a_request_uri_has_its_length_with_its_fragment() -> None:
    longest = f"{CALLBACK}#".ljust(2048, "a")
    assert read(request_uris=[longest])["request_uris"] == [longest]
    with pytest.raises(InvalidClientMetadata, match="request_uris"):
        read(request_uris=[longest + "a"])


def test_a_sign_in_begins_over_tls_but_at_the_sandboxs_own_network() -> None:
    own = "http://localhost:8001/login"
    sandbox = Registrar(by_operator=True, sandbox=True)
    assert read(sandbox, initiate_login_uri=own)["initiate_login_uri"] == own
    for registrar, uri in ((SELF, own), (OPERATOR, own), (sandbox, "http://rp.example/")):
        with pytest.raises(InvalidClientMetadata, match="https"):
            read(registrar, initiate_login_uri=uri)


def test_encryption_has_a_default_content_algorithm() -> None:
    assert (
        read(jwks=JWKS, id_token_encrypted_response_alg="ECDH-ES")["id_token_encrypted_response_enc"] == "A128CBC-HS256"
    )


def test_what_is_read_becomes_a_client_and_reading_it_again_changes_nothing() -> None:
    found = read(OPERATOR, purposes=[PURPOSE], scope="openid age", default_acr_values=["a"])
    client = read_client("c", write_members(found), secret_digest=None, issued_at=1, disabled_at=None)
    assert client.purposes[0].version == 2
    assert client.purposes[0].optional == ("age_over_21",)
    assert client.scope == ("openid", "age")
    assert registration.read_registration(found, OPERATOR).members == found == client.metadata


@pytest.mark.parametrize(
    ("name", "most", "made"),
    [
        ("redirect_uris", 50, lambda number: f"{CALLBACK}/{number}"),
        ("post_logout_redirect_uris", 50, lambda number: f"{CALLBACK}/{number}"),
        ("allowed_cors_origins", 20, lambda number: f"https://{number}.rp.example"),
        ("request_uris", 20, lambda number: f"{CALLBACK}/{number}"),
        ("contacts", 10, lambda number: f"{number}@rp.example"),
        ("default_acr_values", 10, lambda number: f"urn:{number}"),
        ("purposes", 20, lambda number: PURPOSE | {"id": f"p{number}"}),
    ],
)
def test_a_list_has_so_many_members_at_most(name: str, most: int, made: Callable[[int], Any]) -> None:
    assert len(read(OPERATOR, **{name: [made(number) for number in range(most)]})[name]) == most
    with pytest.raises(InvalidClientMetadata, match=name):
        read(OPERATOR, **{name: [made(number) for number in range(most + 1)]})


@pytest.mark.parametrize("document", [None, {}, "x", [], [CALLBACK], [CALLBACK, "https://other.example/CB"], [1]])
def test_the_sector_document_lists_every_redirect_uri(document: Any) -> None:
    uris = [CALLBACK, "https://other.example/cb"]
    made = registration.read_registration({"redirect_uris": uris, "sector_identifier_uri": "https://s.example/s"}, SELF)
    registration.check_sector_document(made, [*uris, "https://third.example/", {}, 1])
    with pytest.raises(InvalidClientMetadata):
        registration.check_sector_document(made, document)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(sorted(MEMBERS | OPERATOR_MEMBERS)), json), st.booleans(), st.booleans())
def test_whatever_is_sent_is_read_or_refused(members: dict[str, Any], by_operator: bool, sandbox: bool) -> None:
    registrar = Registrar(by_operator, sandbox)
    try:
        found = registration.read_registration(members, registrar).members
    except (InvalidClientMetadata, InvalidRedirectUri):
        return
    read_client("c", write_members(found), secret_digest=None, issued_at=1, disabled_at=None)
