"""`/guide/authorization-details.json`: the JSON Schema of every type of rich details."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.protocol.details.schema import json_schema
from vneid_idp.web.doors import Door
from vneid_idp.web.responses import json_response


async def schema(_: Request) -> Response:
    """`GET /guide/authorization-details.json`."""
    return json_response(json_schema())


doors = [Door.api("/guide/authorization-details.json", schema)]
