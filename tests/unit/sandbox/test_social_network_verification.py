"""The trip to the provider and back, as a relying party must make it."""

import json
from typing import Any

import pytest

from tests.unit.sandbox.conftest import Visitor
from tests.unit.sandbox.fake_provider import CLIENT_ID, ISSUER, FakeProvider, capabilities


async def test_unverified_account_may_only_view(visitor: Visitor) -> None:
    await visitor.register()
    page = await visitor.page()
    assert "The composer is locked" in page
    assert "Decree 147/2024/NĐ-CP, Articles 23.3.e and 27.3.b" in page
    cited = "Điểm e khoản 3 Điều 23 và điểm b khoản 3 Điều 27 Nghị định 147/2024/NĐ-CP"
    assert cited in await visitor.page("/?lang=vi")
    await visitor.page("/?lang=en")
    assert 'name="text"' not in page
    await visitor.send("/posts", text="smuggled")
    assert "smuggled" not in (page := await visitor.page())
    assert "Not open to this account." in page


async def test_authorization_request(visitor: Visitor) -> None:
    await visitor.register()
    _, asked = await visitor.leave("/verify")
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT_ID
    assert asked["redirect_uri"] == "http://network.test/callback"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert asked["nonce"]
    assert asked["state"]
    assert set(asked["scope"].split()) == {"openid", "identity", "age", "binding:social_account"}
    assert asked["account_label"] == "@ngoc.anh"
    assert asked["acr_values"] == "urn:vneid:level:2"
    assert json.loads(asked["claims"])["id_token"]["acr"] == {"essential": True, "values": ["urn:vneid:level:2"]}
    assert asked["ui_locales"] == "en"


async def test_parent_is_asked_for_nothing_but_the_child(visitor: Visitor) -> None:
    await visitor.register()
    _, asked = await visitor.leave("/parent")
    assert set(asked["scope"].split()) == {"openid", "binding:child_account"}
    assert asked["account_label"] == "@ngoc.anh"
    assert asked["prompt"] == "login"


async def test_what_the_person_keeps_back_is_not_shown_as_a_fact(visitor: Visitor, provider: FakeProvider) -> None:
    provider.withhold("age_band", "method", "supervised")
    await visitor.register()
    assert "Your account is verified" in await visitor.verify()
    known = await visitor.page("/known")
    assert known.count("not told to us<") == 3
    assert "by own proof" not in known
    assert visitor.account().is_verified


async def test_an_account_of_which_nothing_is_told_may_only_view_and_can_agree_anew(
    visitor: Visitor, provider: FakeProvider
) -> None:
    await visitor.register()
    await visitor.verify()
    provider.withhold("level", "next_step", "capabilities")
    await visitor.send("/refresh")
    page = await visitor.page("/")
    assert "You have not agreed that we are told what this account may do" in page
    assert "Linked, but we are not told what it may do" in page
    assert not visitor.account().is_verified
    await visitor.send("/posts", text="smuggled")
    assert "smuggled" not in await visitor.page("/")
    provider.withhold()
    assert "Your account is verified" in await visitor.verify()
    await visitor.send("/posts", text="Chào xóm")
    assert "Chào xóm" in await visitor.page("/")


async def test_of_a_parent_who_keeps_supervision_back_the_network_knows_who_came(
    visitor: Visitor, provider: FakeProvider
) -> None:
    provider.withhold("supervised", "method")
    await visitor.register()
    assert "account is open" in await visitor.verify("/parent")
    assert "Supervised by a parent" not in await visitor.page("/")


async def test_verified_account_may_post(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    assert "Your account is verified" in await visitor.verify()
    await visitor.send("/posts", text="Chào <b>cả</b> xóm")
    assert "Chào &lt;b&gt;cả&lt;/b&gt; xóm" in await visitor.page()
    account = visitor.account()
    assert account.subject == "pairwise-1"
    (bound,) = provider.called("bind")
    assert bound["account_id"] == account.account_id
    assert "ngoc" not in bound["account_id"]
    assert bound["key"]
    (redemption,) = provider.redemptions
    assert len(redemption["code_verifier"]) >= 43


async def test_child_is_refused_kindly_and_opened_by_a_parent(visitor: Visitor, provider: FakeProvider) -> None:
    provider.person["age_band"] = "13_15"
    await visitor.register("be.na")
    page = await visitor.verify()
    assert "You are not 16 yet" in page
    assert 'href="/parent"' in page
    assert not visitor.account().is_verified
    provider.person |= {"sub": "pairwise-mother", "age_band": "18_plus"}
    assert "account is open" in await visitor.verify("/parent")
    account = visitor.account()
    assert account.is_supervised
    assert account.subject == "pairwise-mother"
    assert account.may("post")
    assert not account.may("commercial_livestream")
    assert "13 to 15" in await visitor.page("/known")


@pytest.mark.parametrize(
    ("error", "title"),
    [
        ("access_denied", "You did not share anything"),
        ("unmet_authentication_requirements", "The account could not be verified"),
        ("temporarily_unavailable", "The provider does not answer"),
        ("something_new", "That did not work"),
    ],
)
async def test_errors_of_the_provider_are_friendly_pages(visitor: Visitor, error: str, title: str) -> None:
    await visitor.register()
    page = await visitor.verify(code=None, error=error, error_description="<script>")
    assert title in page
    assert "<script>" not in page
    assert not visitor.account().is_verified


@pytest.mark.parametrize(
    ("problem", "title"),
    [
        ((403, "level_required"), "The account could not be verified"),
        ((403, "own_proof_required"), "From 16 on, everybody proves for themselves"),
        ((403, "insufficient_scope"), "One permission is missing"),
        ((403, "link_not_confirmed"), "That took too long"),
        ((409, "account_bound_to_another"), "This account belongs to somebody else"),
        ((409, "account_limit_reached"), "You have as many accounts as one person may"),
        ((401, "invalid_token"), "That took too long"),
        ((422, "malformed"), "That did not work"),
    ],
)
async def test_refusals_of_the_binding_are_friendly_pages(
    visitor: Visitor, provider: FakeProvider, problem: tuple[int, str], title: str
) -> None:
    await visitor.register()
    provider.problem = problem
    assert title in await visitor.verify()
    assert not visitor.account().is_verified


async def test_at_16_the_account_waits_for_its_owner(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    await visitor.verify("/parent")
    (binding,) = provider.bindings.values()
    binding |= {"next_step": "own_proof_required", "age_band": "16_17", "supervised": False}
    binding["capabilities"] = capabilities(verified=False)
    await visitor.send("/refresh")
    page = await visitor.page()
    assert "Happy 16th birthday!" in page
    assert "Own proof needed" in page
    assert "The composer is locked" in page


async def test_partial_consent_does_not_bind(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    provider.granted_scope = "openid identity age"
    assert "One permission is missing" in await visitor.verify()
    assert not provider.called("bind")


@pytest.mark.parametrize(
    "spoil",
    [
        {"id_token_extra": {"nonce": "another"}},
        {"id_token_extra": {"aud": "another"}},
        {"id_token_extra": {"iss": "https://another.test"}},
        {"id_token_extra": {"exp": 1_000_000_000}},
        {"id_token_extra": {"acr": "urn:vneid:level:1"}},
        {"userinfo_extra": {"sub": "somebody else"}},
    ],
)
async def test_proof_that_does_not_hold_is_not_used(
    visitor: Visitor, provider: FakeProvider, spoil: dict[str, Any]
) -> None:
    await visitor.register()
    for name, value in spoil.items():
        setattr(provider, name, value)
    await visitor.verify()
    assert not provider.called("bind")
    assert visitor.account().subject is None


@pytest.mark.parametrize("changes", [{"state": "forged"}, {"state": None}, {"iss": "https://evil.test"}, {"iss": None}])
async def test_answer_of_another_request_or_issuer_is_not_used(
    visitor: Visitor, provider: FakeProvider, changes: dict[str, str | None]
) -> None:
    await visitor.register()
    await visitor.verify("/verify", **changes)
    assert not provider.redemptions


async def test_answer_is_used_once(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    url, _ = await visitor.leave("/verify")
    answer = provider.answer(url)
    assert "Your account is verified" in await visitor.come_back(answer)
    assert "That took too long" in await visitor.come_back(answer)
    assert visitor.account().is_verified


async def test_answer_belongs_to_the_account_that_asked(visitor: Visitor, provider: FakeProvider) -> None:
    await visitor.register()
    url, _ = await visitor.leave("/verify")
    await visitor.register("somebody.else")
    assert "That took too long" in await visitor.come_back(provider.answer(url))
    assert not provider.redemptions


async def test_lost_answer_of_the_binding_is_asked_for_again_under_the_same_key(
    visitor: Visitor, provider: FakeProvider
) -> None:
    await visitor.register()
    provider.silent = True
    assert "The provider does not answer" in await visitor.verify()
    first, second = provider.called("bind")
    assert first["key"] == second["key"]
    assert not visitor.account().is_verified


async def test_form_without_its_token_is_refused(visitor: Visitor) -> None:
    await visitor.register()
    for fields in ({}, {"csrf": "wrong"}):
        assert (await visitor.http.post("/verify", data=fields)).status_code == 400


async def test_callback_without_a_trip(visitor: Visitor) -> None:
    assert "That took too long" in await visitor.come_back(f"/callback?code=x&state=y&iss={ISSUER}")
