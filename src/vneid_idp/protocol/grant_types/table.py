"""Every grant type that this provider supports. A new one is a module, and a line here."""

from collections.abc import Mapping
from types import MappingProxyType

from vneid_idp.protocol.grant_types import (
    authorization_code,
    client_credentials,
    jwt_bearer,
    polled,
    refresh_token,
    token_exchange,
)
from vneid_idp.protocol.grant_types.names import CIBA, DEVICE_CODE, JWT_BEARER_GRANT, TOKEN_EXCHANGE
from vneid_idp.protocol.grant_types.request import GrantType

GRANT_TYPES: Mapping[str, GrantType] = MappingProxyType(
    {
        "authorization_code": authorization_code.redeem,
        "refresh_token": refresh_token.refresh,
        "client_credentials": client_credentials.authorise,
        DEVICE_CODE: polled.device_code,
        CIBA: polled.auth_req_id,
        TOKEN_EXCHANGE: token_exchange.exchange,
        JWT_BEARER_GRANT: jwt_bearer.assert_subject,
    }
)
