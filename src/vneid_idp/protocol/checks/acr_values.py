"""`acr_values`, and `acr` of the `claims` parameter (OpenID Connect Core §3.1.2.1, §5.5.1.1)."""

from vneid_idp.protocol.checks.draft import RequestDraft
from vneid_idp.protocol.claims import ClaimsRequest
from vneid_idp.protocol.errors import UnmetAuthenticationRequirements
from vneid_idp.protocol.levels import ACR_VALUES


def check_acr_values(draft: RequestDraft) -> None:
    """Gives the levels that are wanted, best first: of the parameter, of the `claims` parameter, of the registration.

    An essential `acr` is no wish but a condition, so it goes before all others, and is refused when none of its values
    is a level of ours.

    Who registered no purpose is told no level: it is left aside as a claim without a purpose is. Else the page would
    say that the service learns nothing, and each answer that was held to a level would tell it.
    """
    claimed = _claimed_acr(draft.claims)
    essential = bool(claimed) and draft.claims["id_token"]["acr"].get("essential") is True
    if not draft.client.purposes:
        if essential:
            raise UnmetAuthenticationRequirements("The client registered no purpose for which a level could be told.")
        draft.acr_values = ()
        return
    if essential:
        if not set(claimed) & set(ACR_VALUES):
            raise UnmetAuthenticationRequirements("None of the essential acr values can be met here.")
        draft.acr_values = claimed
        return
    draft.acr_values = tuple(draft.params.get("acr_values", "").split()) or claimed or draft.client.default_acr_values


def _claimed_acr(claims: ClaimsRequest) -> tuple[str, ...]:
    rule = claims.get("id_token", {}).get("acr", {})
    values = rule.get("values") or ([rule["value"]] if "value" in rule else [])
    return tuple(value for value in values if isinstance(value, str)) if isinstance(values, list) else ()
