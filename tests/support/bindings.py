"""Bindings: made without the API before them, how they are; the address and the contract of the API."""

from collections.abc import Callable
from typing import Any

import httpx

from tests.support.contracts import assert_as_published
from tests.support.country import Country
from tests.support.relying_party import RelyingParty
from vneid_idp.bindings.engine import service as bindings
from vneid_idp.bindings.social_accounts.kind import SOCIAL_ACCOUNT
from vneid_idp.bindings.social_accounts.lifecycle import BindingState
from vneid_idp.bindings.social_accounts.rules import BindingProof
from vneid_idp.bindings.social_accounts.service import bind_social_account
from vneid_idp.policy.documents import shipped
from vneid_idp.resources.contract import openapi

ACCOUNTS = "/bindings/v1/social-accounts"


async def bind(
    land: Country,
    party: RelyingParty,
    account: str,
    person_id: str,
    guardian: str | None = None,
    consent_id: str | None = None,
    *,
    by_message: bool | None = None,
) -> str:
    """The id of an account bound by this person, or for a child by the guardian; `by_message` as of a proof."""
    async with land.idp.db.writing() as unit:
        proof = BindingProof(person_id, 9 if guardian else 30, 2, guardian, consent_id, by_message=by_message)
        made = await bind_social_account(
            unit,
            land.idp.keys.blind,
            client_id=party.client_id,
            account_id=account,
            proof=proof,
            rules=shipped().at(unit.now),
        )
    return made.binding.binding_id


async def states(land: Country, party: RelyingParty) -> dict[str, BindingState]:
    """How the bindings of a client are, by their id."""
    async with land.idp.db.reading() as unit:
        found = await bindings.list_for_client(unit, SOCIAL_ACCOUNT, party.client_id)
    return {binding.binding_id: binding.state for binding in found}


def assert_account_as_published(method: str, path: str, answer: httpx.Response) -> None:
    """The answer is what the published contract says."""
    template = ACCOUNTS + (path.split("?")[0] if path in ("", "/status") or path.startswith("?") else "/{binding_id}")
    assert_as_published(openapi, method, template, answer)


class Caller:
    """The network with one access token, which checks that every answer is as published."""

    def __init__(self, network: httpx.AsyncClient, land: Country, token: str | None) -> None:
        self.network = network
        self.land = land
        self.headers = {} if token is None else {"Authorization": f"Bearer {token}"}

    async def call(self, method: str, path: str = "", code: str | None = None, **more: Any) -> dict[str, Any]:
        """Call; `code` is the refusal expected, None for success."""
        headers = self.headers | more.pop("headers", {})
        answer = await self.network.request(method, ACCOUNTS + path, headers=headers, **more)
        body: dict[str, Any] = answer.json()
        assert_account_as_published(method, path, answer)
        assert answer.headers["cache-control"] == "no-store"
        if code is None:
            assert answer.is_success, body
        else:
            assert (body["code"], body["status"]) == (code, answer.status_code), body
        return body | {"_status": answer.status_code, "_headers": answer.headers}

    async def bind(self, account_id: str = "1000", code: str | None = None, key: str | None = None) -> dict[str, Any]:
        """Bind an account."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.call("POST", "", code, json={"account_id": account_id}, headers=headers)

    async def status(self, account_id: str = "1000") -> dict[str, Any]:
        """What may the account do."""
        return await self.call("POST", "/status", json={"account_id": account_id})


Of = Callable[[str | None], Caller]
"""The network with an access token, or without."""
