"""What pages of the console share: their doors, which are an operator's, and the client of an address."""

from starlette.requests import Request

from vneid_idp.clients import service
from vneid_idp.clients.service import ClientChanged
from vneid_idp.identity.offices.roles import Role
from vneid_idp.protocol.client import Client
from vneid_idp.storage.unit import Reading
from vneid_idp.web.colleagues import ColleaguePage, for_colleague
from vneid_idp.web.doors import Door
from vneid_idp.web.forms import Form

CLIENTS = "/console/clients"
CLIENT = CLIENTS + "/{client_id}"


def console_door(path: str, page: ColleaguePage, *methods: str) -> Door:
    """The door of a page for operators; GET unless `methods` are named."""
    return Door.page(path, for_colleague("console", page, Role.OPERATOR), *methods)


async def seen_client(unit: Reading, request: Request, form: Form) -> Client:
    """The client of the address, as the posted page showed it. Raises `UnknownClient` and `ClientChanged`."""
    client = await service.get_client(unit, request.path_params["client_id"])
    if form["seen"] != str(client.version):
        raise ClientChanged
    return client
