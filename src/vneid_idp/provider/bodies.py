"""Parameters of the protocol's doors, with every name that stands twice."""

from starlette.requests import Request

from vneid_idp.protocol.errors import InvalidRequest
from vneid_idp.protocol.params import LONGEST_REQUEST, parse_urlencoded
from vneid_idp.web.bodies import BadBody, TooLong, read_form_body


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """The name and value pairs of a posted form. Raises `InvalidRequest` for another media type or a long body."""
    try:
        body = await read_form_body(request, LONGEST_REQUEST)
    except BadBody as error:
        raise InvalidRequest(str(error), about=None if isinstance(error, TooLong) else "Content-Type") from None
    pairs = parse_urlencoded(body)
    request.state.form_pairs = pairs  # what the sandbox's explanation of an error shows as having arrived
    return pairs


def query_pairs(request: Request) -> list[tuple[str, str]]:
    """The name and value pairs of the query. Raises `InvalidRequest`."""
    return parse_urlencoded(request.scope["query_string"])
