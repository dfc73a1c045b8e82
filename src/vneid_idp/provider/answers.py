"""Authorization responses: back to the proven return address, by redirect or by a form that posts itself."""

from starlette.requests import Request
from starlette.responses import Response

from vneid_idp.kernel.secrets import new_secret
from vneid_idp.protocol.authorization import ReturnAddress
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.errors import OAuthError
from vneid_idp.protocol.session_state import session_state
from vneid_idp.protocol.uris import with_fragment, with_query
from vneid_idp.provider.leaving import Ending, leave
from vneid_idp.provider.signed_response import signed_response
from vneid_idp.web.browser_state import browser_state
from vneid_idp.web.context import Idp
from vneid_idp.web.exchange import request_id
from vneid_idp.web.headers import allow_form_target, allow_source
from vneid_idp.web.templates import render


async def answer_code(
    request: Request, idp: Idp, client: Client, address: ReturnAddress, code: str, *, after_form: bool = False
) -> Response:
    """A successful response: `code`, `state`, `iss` and `session_state` (RFC 6749 §4.1.2, RFC 9207, Session Management
    §2). `after_form`: a form of ours led here, see `leave`."""
    return await _answer(request, idp, client, address, {"code": code}, after_form)


async def answer_error(
    request: Request, idp: Idp, client: Client, address: ReturnAddress, error: OAuthError, *, after_form: bool = False
) -> Response:
    """An error response (RFC 6749 §4.1.2.1); in the sandbox `error_uri` leads to its explanation."""
    parameters = {"error": error.code, "error_description": error.error_description}
    if idp.explain is not None:
        uri = idp.explain(request, error, request_id(request))
        if uri is not None:
            parameters["error_uri"] = uri
    return await _answer(request, idp, client, address, parameters, after_form)


async def _answer(
    request: Request,
    idp: Idp,
    client: Client,
    address: ReturnAddress,
    parameters: dict[str, str],
    after_form: bool,
) -> Response:
    if address.state is not None:
        parameters["state"] = address.state
    parameters["iss"] = idp.issuer
    state = browser_state(request)
    parameters["session_state"] = session_state(client.client_id, address.redirect_uri, state, new_secret(16))
    ending = Ending(client.client_name, done="code" in parameters)
    if address.is_signed:
        parameters = {"response": await signed_response(idp, client, parameters)}
    if address.carrier == "form_post":
        allow_form_target(request, address.redirect_uri)
        # Browsers hold the policy against every redirect that follows, and a callback may lead to a front end on any
        # origin. The page has this one form, and nothing in it was written by a person.
        allow_source(request, "form-action", "*")
        return render(
            request, "provider/form_post.html", action=address.redirect_uri, parameters=parameters, ending=ending
        )
    carry = with_fragment if address.carrier == "fragment" else with_query
    return leave(request, carry(address.redirect_uri, **parameters), after_form=after_form, ending=ending)
