"""The whole provider in process, with its people: what flow tests run against."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import httpx

from tests.support.people import hashes
from tests.support.watch import MORNING, Watch
from vneid_idp.app import create_app
from vneid_idp.clients import service as clients
from vneid_idp.clients.service import Registered
from vneid_idp.protocol import registration
from vneid_idp.protocol.claims import BINDING_CLAIMS
from vneid_idp.protocol.members import Registrar
from vneid_idp.sandbox.country.persona_list import personas
from vneid_idp.sandbox.country.personas import Persona
from vneid_idp.sandbox.country.seed import seed_personas
from vneid_idp.settings import Environment, Settings, new_root_secret
from vneid_idp.web.context import Idp
from vneid_idp.web.root import Root

ISSUER = "http://localhost:8000"
REDIRECT_URI = "http://localhost:9999/callback"

PURPOSE: dict[str, Any] = {
    "id": "account",
    "version": 1,
    "title": {"vi": "Xác thực tài khoản", "en": "Verify the account"},
    "text": {"vi": "Để tài khoản được đăng bài.", "en": "So that the account may post."},
    "legal_ground": {"vi": "Nghị định 147/2024/NĐ-CP", "en": "Decree 147/2024/NĐ-CP"},
    "kept_until": {"vi": "Khi bạn hủy liên kết", "en": "Until you release it"},
    "required": ["identity_level", "age_band", *BINDING_CLAIMS],
    "optional": [
        "full_name", "name", "birthdate", "email", "email_verified", "phone_number", "phone_number_verified",
        "age_over_13", "age_over_16", "age_over_18", "identity_verified_since", "address", "gender", "updated_at",
        "picture", "nickname", "profile", "website", "preferred_username", "zoneinfo", "locale", "given_name",
        "family_name", "middle_name",
    ],
}  # fmt: skip
METADATA: dict[str, Any] = {
    "client_name": "Mạng thử",
    "redirect_uris": [REDIRECT_URI],
    "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    "scope": "openid offline_access profile email phone address identity age full_name "
    "binding:social_account binding:child_account",
    "purposes": [PURPOSE],
}


@dataclass(frozen=True, slots=True)
class Country:
    """A running provider, the clock everybody goes by, and the people."""

    app: Root
    idp: Idp
    watch: Watch
    people: dict[str, Persona]

    def browser(self) -> httpx.AsyncClient:
        """A browser of its own: keeps cookies, follows no redirect by itself."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ISSUER)

    async def deliver(self) -> None:
        """Have everything sent that is due, and wait until it is settled."""
        await self.idp.dispatcher.round()
        await self.idp.dispatcher.finish()

    async def register(self, **members: Any) -> Registered:
        """Register a relying party as the operator does; `members` go over `METADATA`."""
        wanted = {name: value for name, value in {**METADATA, **members}.items() if value is not None}
        read = registration.read_registration(wanted, Registrar(by_operator=True, sandbox=True))
        async with self.idp.db.writing() as unit:
            return await clients.register(unit, read)


SECRET = new_root_secret()


def settings_for(database_url: str, **changes: Any) -> Settings:
    """Sandbox settings on a database. One root secret for the whole run, so that a populated database can be copied."""
    values: dict[str, Any] = {
        "environment": Environment.SANDBOX,
        "issuer": ISSUER,
        "database_url": database_url,
        "secret": SECRET,
        "registry": "synthetic",
        "allow_synthetic_registry": True,
        "face_matcher": "synthetic",
        "outbound_loopback": True,
    }
    return Settings(**(values | changes))


async def populate(database_url: str, watch: Watch) -> None:
    """Make keys and people in a migrated database."""
    app = create_app(settings_for(database_url), watch)
    async with app.lifespan(app):
        idp: Idp = app.state.idp
        async with idp.db.writing() as unit:
            await seed_personas(unit, idp.vault, idp.keys.blind, hashes())


@asynccontextmanager
async def country(database_url: str, watch: Watch, **changes: Any) -> AsyncIterator[Country]:
    """A provider on a populated database, for as long as the block lasts.

    Nothing runs beside the requests: the test holds the clock, and says when it is the workers' turn.
    """
    app = create_app(settings_for(database_url, **changes), watch)
    with patch("vneid_idp.app.tasks", lambda *_: []):
        async with app.lifespan(app):
            people = {persona.slug: persona for persona in personas(MORNING)}
            yield Country(app, app.state.idp, watch, people)
