"""`claims` (OpenID Connect Core §5.5)."""

from vneid_idp.kernel.foreign_json import BadJson, read_foreign_json
from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import ClaimsRequest, scope_of
from vneid_idp.protocol.errors import InvalidRequest


def check_claims(draft: RequestDraft) -> None:
    """Gives the claims that are asked for by name, and on which terms."""
    draft.claims = read_claims(draft.params.get("claims"))


def read_claims(text: str | None) -> ClaimsRequest:
    """Read the `claims` parameter (OIDC Core §5.5). Members and claims that we do not know are ignored."""
    if text is None:
        return {}
    try:
        parsed = read_foreign_json(text)
    except BadJson as error:
        raise InvalidRequest(f"The claims parameter {error}.") from None
    if not isinstance(parsed, dict):
        raise InvalidRequest("The claims parameter is not a JSON object.")
    request: ClaimsRequest = {}
    for place in ("userinfo", "id_token"):
        wanted = parsed.get(place)
        if wanted is None:
            continue
        if not isinstance(wanted, dict):
            raise InvalidRequest(f"The member {place} of the claims parameter is not a JSON object.")
        request[place] = {}
        for name, rule in wanted.items():
            if rule is not None and not isinstance(rule, dict):
                raise InvalidRequest("A claim in the claims parameter must be null or a JSON object.")
            if scope_of(name) or name in ("sub", "acr", "amr", "auth_time"):
                request[place][name] = {k: v for k, v in (rule or {}).items() if k in ("essential", "value", "values")}
    return request
