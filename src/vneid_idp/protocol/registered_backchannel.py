"""What a registration says of requests that no browser brings (CIBA Core §4)."""

from collections.abc import Mapping
from typing import Any

from vneid_idp.kernel.languages import mark
from vneid_idp.protocol.errors import InvalidClientMetadata
from vneid_idp.protocol.grant_types.names import CIBA
from vneid_idp.protocol.members import Registrar

_MODE = "backchannel_token_delivery_mode"
_ENDPOINT = "backchannel_client_notification_endpoint"
_SIGNED_WITH = "backchannel_authentication_request_signing_alg"
_USER_CODE = "backchannel_user_code_parameter"


def check_backchannel(found: dict[str, Any], _: Registrar, __: Mapping[str, Any]) -> None:
    """A client of CIBA says how it learns of the answer; nobody is asked for a code of their own."""
    if found.get(_USER_CODE):
        raise InvalidClientMetadata(mark("people here have no user codes"), member=_USER_CODE)
    if CIBA not in found["grant_types"]:
        return
    if _MODE not in found:
        raise InvalidClientMetadata(
            mark("needed with the grant type %(grant_type)s: poll or ping"), member=_MODE, grant_type=CIBA
        )
    if found[_MODE] == "ping" and _ENDPOINT not in found:
        raise InvalidClientMetadata(mark("is needed in ping mode"), member=_ENDPOINT)
    if _SIGNED_WITH in found and "jwks" not in found and "jwks_uri" not in found:
        raise InvalidClientMetadata(mark("needs jwks or jwks_uri"), member=_SIGNED_WITH)
