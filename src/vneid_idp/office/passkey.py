"""A passkey for somebody at the desk, who has no phone or lost it: the clerk vouches in place of two proofs."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.audit.deeds import Deed
from vneid_idp.identity import accounts, passkeys
from vneid_idp.identity.roles import Role
from vneid_idp.office.access import OpenFile, for_file
from vneid_idp.use_cases.enrol_person import add_passkey
from vneid_idp.web.colleagues import Colleague
from vneid_idp.web.csrf import check_csrf
from vneid_idp.web.doors import Door
from vneid_idp.web.passkeys import read_passkey, site_of
from vneid_idp.web.responses import json_response


async def options(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """What `navigator.credentials.create()` needs, and the sealed challenge to bring back."""
    check_csrf(request, {})
    provider = colleague.provider
    async with provider.db.reading() as unit:
        if await accounts.find(unit, file.person_id) is None:
            raise accounts.NoAccount
        made = await passkeys.registration_options(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=file.person_id,
            user_name=file.record.full_name,
            context=colleague.session_id,
        )
    return json_response({"options": orjson.loads(made.options), "sealed": made.sealed})


async def add(request: Request, colleague: Colleague, file: OpenFile) -> Response:
    """Add the passkey that the person's authenticator made."""
    check_csrf(request, {})
    body = await read_passkey(request)
    provider = colleague.provider
    await colleague.act(
        lambda unit: add_passkey(
            unit,
            provider.keys.sealer,
            site_of(provider),
            person_id=file.person_id,
            context=colleague.session_id,
            sealed=body["sealed"],
            answer=body["answer"],
            name=body.get("name", ""),
            deed=Deed(colleague.person_id, "At the desk"),
        )
    )
    return json_response({"next": f"{file.path}?done=passkey"})


doors = [
    Door.api("/office/people/{file}/passkey/options", for_file(options, Role.CLERK), "POST"),
    Door.api("/office/people/{file}/passkey", for_file(add, Role.CLERK), "POST"),
]
