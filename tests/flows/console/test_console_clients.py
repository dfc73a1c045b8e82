"""Clients at the console: changed by whoever saw what stands, purposes by version, domains by proof, organisations."""

from dataclasses import replace

import pytest

from tests.support.country import PURPOSE, Country
from tests.support.events import recorded
from tests.support.office import colleague
from tests.support.pages import fields, opened, post
from tests.support.relying_party import Page, Person, RelyingParty
from vneid_idp.clients import domains, families, service
from vneid_idp.clients.domains import ClientDomain
from vneid_idp.identity.offices.roles import Role
from vneid_idp.protocol.client import Client


async def client_of(land: Country, party: RelyingParty) -> Client:
    async with land.idp.db.reading() as unit:
        return await service.get_client(unit, party.client_id)


async def change(operator: Person, path: str, **values: str) -> Page:
    """Send the form of a page with what it holds, and `values` over it."""
    page = await opened(operator, path)
    form = {name: value for name, value in fields(page).items() if name != "csrf_token"}
    return await post(operator, page, path, **(form | {"reason": "Asked for in ticket 4711"} | values))


async def test_what_people_see_of_a_client_is_changed(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}/registration"
    before = await client_of(land, party)
    uris = "http://localhost:9999/callback\r\nhttp://localhost:9999/other"
    done = await change(operator, path, client_name="Mạng Mới", redirect_uris=uris, contacts="it@net.example")
    assert done.path == f"/console/clients/{party.client_id}"
    after = await client_of(land, party)
    assert (after.client_name, after.redirect_uris) == ("Mạng Mới", tuple(uris.split()))
    assert after.metadata["contacts"] == ["it@net.example"]
    assert after.metadata["purposes"] == before.metadata["purposes"], "what the form does not have stands"
    assert "ticket 4711" in (await recorded(land, "client.changed"))[-1]
    assert (await land.idp.clients.get(party.client_id)).client_name == "Mạng Mới"
    await change(operator, path, contacts="")
    assert "contacts" not in (await client_of(land, party)).metadata


async def test_a_client_leaves_its_organisation(land: Country, party: RelyingParty) -> None:
    """What the operator alone sets stands where an update leaves it out: the form has to say that it goes."""
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}/registration"
    await change(operator, path, family="house")
    assert (await client_of(land, party)).metadata["family"] == "house"
    await change(operator, path, family=" ")
    assert "family" not in (await client_of(land, party)).metadata
    async with land.idp.db.reading() as unit:
        assert party.client_id not in await families.members(unit, "house")


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"redirect_uris": "ftp://x"}, "Địa chỉ chuyển hướng: phải là URL https; scheme riêng cần application_type"),
        ({"redirect_uris": "ftp://x"}, 'id="redirect_uris-error"'),
        ({"profile": "fapi2"}, "có profile fapi2 phải dùng một trong các cách: private_key_jwt"),
        ({"redirect_uris": ""}, 'id="redirect_uris-error"'),
        ({"scope": "openid everything"}, 'id="scope-error"'),
        ({"scope": " "}, 'id="scope-error"'),
        ({"reason": "x"}, 'id="reason-error"'),
        ({"reason": "for 097099000001"}, 'id="reason-error"'),
    ],
)
async def test_what_cannot_be_registered_is_told_at_its_field(
    land: Country, party: RelyingParty, values: dict[str, str], place: str
) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    page = await change(operator, f"/console/clients/{party.client_id}/registration", client_name="Kept", **values)
    assert page.response.status_code == 422
    assert place in page.response.text, "also in words, which are those of the page's language"
    assert 'value="Kept"' in page.response.text
    assert (await client_of(land, party)).version == 1


async def test_outside_a_sandbox_no_client_is_led_to_this_machine(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    base = f"/console/clients/{party.client_id}"
    # The provider is one; what stands was registered while it was a sandbox.
    land.app.state.idp = replace(land.idp, sandbox=False)
    for path, place in (("registration", "redirect_uris"), ("metadata", "metadata"), ("purposes/account", "required")):
        refused = await change(operator, f"{base}/{path}", client_name="Khác", optional="email", what="save")
        assert (refused.response.status_code, f'id="{place}-error"' in refused.response.text) == (422, True), path
    assert (await client_of(land, party)).version == 1


async def test_a_page_older_than_the_client_changes_nothing(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    base = f"/console/clients/{party.client_id}"
    await change(operator, f"{base}/registration", client_name="First")
    for path in (f"{base}/registration", f"{base}/metadata", f"{base}/purposes/account"):
        late = await change(operator, path, seen="1", client_name="Second", metadata="{}", what="save")
        assert late.response.status_code == 412, path
    assert (await client_of(land, party)).client_name == "First"


async def test_the_whole_registration_is_written_anew(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}/metadata"
    for text in ("{", "[]"):
        assert (await change(operator, path, metadata=text)).response.status_code == 422
    text = '{"client_name": "Anew", "redirect_uris": ["http://localhost:9999/callback"], "scope": "openid"}'
    assert (await change(operator, path, metadata=text)).response.status_code == 200
    client = await client_of(land, party)
    assert (client.client_name, client.scope) == ("Anew", ("openid",))


async def test_a_purpose_is_changed_and_the_page_says_whom_it_asks(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    base = f"/console/clients/{party.client_id}/purposes"
    less = " ".join(claim for claim in PURPOSE["optional"] if claim != "gender")
    await change(operator, f"{base}/account", optional=less, what="save")
    page = await change(operator, f"{base}/account", optional=f"{less} gender", what="save")
    assert page.path == base
    assert "tất cả mọi người về gender" in page.text
    (purpose,) = (await client_of(land, party)).purposes
    assert (purpose.version, purpose.since("gender"), purpose.since("birthdate")) == (3, 3, 1)
    page = await change(operator, f"{base}/account", material="1", what="save")
    assert (await client_of(land, party)).purposes[0].since("birthdate") == 4
    refused = await change(operator, f"{base}/account", required_in_full="email", what="save")
    assert refused.response.status_code == 422
    await change(operator, f"{base}/account", required_in_full="age_band", what="save")
    await change(operator, f"{base}/account", **{"title-en": "Verify"}, what="save")
    changed = (await client_of(land, party)).purposes[0]
    assert (changed.required_in_full, changed.since("age_band"), changed.since("email")) == (("age_band",), 5, 4)
    refused = await change(operator, f"{base}/account", optional=f"{less} age_over_21", what="save")
    assert "mốc tuổi" in refused.text
    new = {"id": "letters", "required": "", "optional": "email", "what": "save"}
    texts = {
        f"{name}-{lang}": {"vi": "Thư", "en": "Letters"}[lang]
        for name in ("title", "text", "legal_ground", "kept_until")
        for lang in ("vi", "en")
    }
    assert (await change(operator, f"{base}/+", **new)).response.status_code == 422
    assert (await change(operator, f"{base}/+", **(new | texts | {"optional": "nonsense"}))).response.status_code == 422
    assert (await change(operator, f"{base}/+", **new, **texts)).path == base
    assert [each.id for each in (await client_of(land, party)).purposes] == ["account", "letters"]
    assert (await client_of(land, party)).purposes[1].title == {"vi": "Thư", "en": "Letters"}
    for taken in ("account", "a/b", "+", "thư", ".."):
        page = await change(operator, f"{base}/+", **(new | texts | {"id": taken}))
        assert page.response.status_code == 422, taken
        assert ("Đã có mục đích mang mã này" in page.text) == (taken == "account")
        assert ("Mã gồm tối đa 64" in page.text) == (taken != "account")
    assert [each.version for each in (await client_of(land, party)).purposes] == [6, 1], "nothing was overwritten"
    await change(operator, f"{base}/letters", what="remove")
    assert [each.id for each in (await client_of(land, party)).purposes] == ["account"]
    assert (await operator.browser.get(f"{base}/letters")).status_code == 404
    assert '"purposes":{"letters":[1,null]}' in (await recorded(land, "client.changed"))[-1]


async def test_a_purpose_starts_from_what_the_law_says(land: Country, party: RelyingParty) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    base = f"/console/clients/{party.client_id}/purposes"
    page = await operator.open(f"{base}/+")
    assert isinstance(page, Page)
    assert f'href="{base}/+?template=decree_147_account_data"' in page.response.text
    page = await change(operator, f"{base}/+?template=decree_147_account_data", what="save")
    assert page.path == base, page.text
    added = (await client_of(land, party)).purposes[1]
    assert (added.id, added.required_in_full) == (
        "decree_147_account_data",
        ("full_name", "birthdate", "phone_number"),
    )
    assert "điểm đ khoản 3 Điều 23 Nghị định 147/2024/NĐ-CP" in added.legal_ground["vi"]
    assert "Một phần thông tin chưa được cung cấp" not in page.text
    await change(operator, f"/console/clients/{party.client_id}/registration", scope="openid profile")
    page = await operator.open(base)
    assert isinstance(page, Page)
    assert (
        "các phạm vi mà thông tin này cần: address age binding:social_account email full_name identity phone"
        in page.text
    )


class Seen:
    """A witness to whom every domain shows what it is told to show."""

    def __init__(self, *proofs: str) -> None:
        self.proofs = proofs

    async def texts(self, name: str) -> tuple[str, ...]:
        return self.proofs

    async def content(self, url: str) -> str:
        return ""


async def test_a_domain_is_asked_for_and_looked_at(land: Country) -> None:
    party = RelyingParty(land, await land.register(redirect_uris=["https://app.bank.example/cb"]))
    operator = await colleague(land, "plain", Role.OPERATOR)
    path = f"/console/clients/{party.client_id}/domains"
    foreign = await change(operator, path, domain="other.example")
    assert (foreign.response.status_code, 'id="domain-error"' in foreign.response.text) == (422, True)
    assert (await change(operator, path, domain="bank.example", reason="")).response.status_code == 422
    page = await change(operator, path, domain="Bank.example")

    async def known() -> ClientDomain:
        async with land.idp.db.reading() as unit:
            return await domains.get_domain(unit, party.client_id, "bank.example")

    asked = await known()
    for text in (asked.proof, asked.record_name, asked.file_url):
        assert text in page.text
    app = land.app.state
    why = {"domain": "bank.example", "reason": "Ticket 4711", "what": "check"}
    app.idp = replace(land.idp, witness=Seen())
    page = await post(operator, page, f"{path}/check", **why)
    assert "chưa có bằng chứng" in page.text
    app.idp = replace(land.idp, witness=Seen(asked.proof))
    refused = await post(operator, page, f"{path}/check", **(why | {"reason": ""}))
    assert refused.response.status_code == 422
    page = await post(operator, page, f"{path}/check", **why)
    assert "có đúng bằng chứng" in page.text
    assert (await known()).is_verified
    assert "Ticket 4711" in (await recorded(land, "client.domain_verified"))[-1]


async def test_an_organisation_is_made_named_and_taken_out_of_service(land: Country) -> None:
    operator = await colleague(land, "plain", Role.OPERATOR)
    path, why = "/console/families", {"reason": "Ticket 4711"}
    page = await opened(operator, path)
    for form in (
        {"family": "a b", "name": "A"},
        {"family": "carrier", "name": " "},
        {"family": "carrier", "name": "A" * 201},
        {"family": "carrier", "name": "A", "reason": ""},
    ):
        assert (await post(operator, page, path, **(why | form))).response.status_code == 422
    made = await post(operator, page, path, family="carrier", name="Viễn thông A", **why)
    assert (made.path, "Viễn thông A" in made.text) == (f"{path}/carrier", True)
    assert (await post(operator, page, path, family="carrier", name="Other", **why)).response.status_code == 422
    party = RelyingParty(land, await land.register(family="carrier"))
    one = f"{path}/carrier"
    for no_name in (" ", "A" * 201):
        assert (await post(operator, page, one, what="name", name=no_name, **why)).response.status_code == 422
    await post(operator, page, one, what="name", name="Viễn thông B", **why)
    await post(operator, page, one, what="disable", **why)
    assert (await client_of(land, party)).disabled_at is not None
    assert (await party.post("/token", grant_type="client_credentials")).status_code == 401
    await post(operator, page, one, what="enable", **why)
    assert (await client_of(land, party)).disabled_at is None
    async with land.idp.db.reading() as unit:
        assert (await families.get(unit, "carrier")).name == "Viễn thông B"
    for kind in ("created", "named", "disabled", "enabled"):
        assert "Ticket 4711" in (await recorded(land, f"family.{kind}"))[-1]
    assert (await operator.browser.get(f"{path}/none")).status_code == 404


async def test_it_takes_an_operator(land: Country, party: RelyingParty) -> None:
    clerk = await colleague(land, "plain", Role.CLERK, Role.OFFICER)
    base = f"/console/clients/{party.client_id}"
    for path in ("registration", "metadata", "purposes", "purposes/account", "domains"):
        assert (await clerk.browser.get(f"{base}/{path}")).status_code == 403, path
    for path in ("/console/families", "/console/families/x"):
        assert (await clerk.browser.get(path)).status_code == 403, path
