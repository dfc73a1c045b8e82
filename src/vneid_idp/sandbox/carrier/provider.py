"""What the carrier asks the provider: to have a person confirm a number, compare, bind, read, release."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from .config import Config
from .details import AT_OUR_POINT, MATCH, as_bound
from .fapi import Issuer, Json, Party, Refused
from .keys import s256
from .registrar import NUMBER_SCOPE, Registrar
from .store import Order

SHOWS = ("genuine", "other", "photograph", "mask")
"""What may stand before the sandbox's make-believe camera."""
KEPT = ("full_name", "birthdate", "id_number")
BUYING = "openid full_name id_number"
CIBA = "urn:openid:params:grant-type:ciba"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
NUMBERS = "/numbers/v1/numbers"


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a browser is sent, and what proves that the answer belongs to it."""

    url: str
    state: str
    nonce: str
    code_verifier: str


@dataclass(frozen=True, slots=True)
class Proof:
    """What came back with a person."""

    subject: str
    access_token: str
    person: Json
    """Of `KEPT`, what they shared."""


class Provider:
    """The carrier's side of the contracts, with three clients: one that people meet, the back end, and a tablet at a
    counter, which acts for the first."""

    def __init__(self, config: Config, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._config = config
        self._issuer = Issuer(config, transport)
        self._app = Party(self._issuer, config.app)
        self._back_end = Party(self._issuer, config.back_end)
        self._point = Party(self._issuer, config.point)
        self.registrar = Registrar(self._issuer, self._back_end)
        """What the office asks."""

    async def start(self, order: Order | None, language: str) -> Departure:
        """Push a request: to sign in, and with an order to confirm its number. What a person is asked passes through no
        browser (RFC 9126)."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        asked = {
            "response_type": "code",
            "redirect_uri": self._config.callback_url,
            "scope": "openid" if order is None else BUYING,
            "state": state,
            "nonce": nonce,
            "code_challenge": s256(verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        if order is not None:
            asked["authorization_details"] = json.dumps([order.detail, MATCH])
            # The scope `profile` would ask for more than the birth date.
            asked["claims"] = json.dumps({"userinfo": {"birthdate": {"essential": True}}})
        return Departure(await self._app.push(**asked), state, nonce, verifier)

    async def finish(self, answer: Mapping[str, str], nonce: str, code_verifier: str, order: Order | None) -> Proof:
        """Redeem the code of a callback and check what it brought.

        Raises `Refused` with the provider's error code (or `invalid_response`, `partial_consent`) and
        `ProviderUnreachable`.
        """
        if answer.get("iss") != self._config.issuer:  # RFC 9207 §2.4
            raise Refused("invalid_response", "the answer names another issuer")
        if "error" in answer:
            raise Refused(answer["error"], answer.get("error_description", ""))
        token = await self._app.post(
            "token_endpoint",
            grant_type="authorization_code",
            code=answer.get("code", ""),
            redirect_uri=self._config.callback_url,
            code_verifier=code_verifier,
        )
        if str(token.get("token_type", "")).lower() != "dpop":
            raise Refused("invalid_response", "a token that is bound to nothing")
        claims = await self._issuer.read_id_token(str(token.get("id_token", "")), self._app.client_id, nonce)
        subject, access_token = str(claims["sub"]), str(token["access_token"])
        if order is None:
            return Proof(subject, access_token, {})
        told = await self._app.call("GET", "/userinfo", access_token)
        granted = token.get("authorization_details") or []
        if told.get("sub") != subject:  # OpenID Connect Core §5.3.2
            raise Refused("invalid_response", "userinfo is about somebody else")
        if order.detail not in granted or any(name not in told for name in KEPT):
            raise Refused("partial_consent")
        return Proof(subject, access_token, {name: str(told[name]) for name in KEPT})

    async def hand_on(self, access_token: str) -> str:
        """The back end's own token for what a person agreed to with the app (RFC 8693): bound to its key, no wider, and
        over when the first one is."""
        form = {"grant_type": EXCHANGE, "subject_token": access_token, "subject_token_type": ACCESS_TOKEN}
        return str((await self._back_end.post("token_endpoint", **form))["access_token"])

    async def act_at_counter(self, access_token: str) -> str:
        """The tablet's own token for what a person agreed to with the app, which says that the tablet acts (RFC 8693
        §4.1): its registration is named in `may_act` of the app's."""
        form = {"grant_type": EXCHANGE, "subject_token": access_token, "subject_token_type": ACCESS_TOKEN}
        own = await self._point.own_token(NUMBER_SCOPE)
        form |= {"actor_token": own, "actor_token_type": ACCESS_TOKEN}
        return str((await self._point.post("token_endpoint", **form))["access_token"])

    async def acting(self, access_token: str) -> str:
        """Who acts by a token of the tablet's, as the provider says (RFC 7662, `act`): the client's id."""
        told = await self._point.post("introspection_endpoint", token=access_token)
        if not told.get("active"):
            raise Refused("invalid_token")
        return str(told["act"]["sub"])

    async def capture(self, id_number: str, shows: str, channel: str) -> str:
        """What the camera signs about whoever stands before it: that of the counter, or of the person's own phone.
        Outside the sandbox they are devices of our own."""
        asked = {"client_id": self._at(channel).client_id, "id_number": id_number, "shows": shows}
        answer = await self._issuer.send("POST", f"{self._issuer.url}/sandbox/captures", json=asked)
        if not answer.is_success:
            raise Refused(str(answer.json().get("code", "refused")))
        return str(answer.json()["evidence"])

    async def match(self, order: Order, person: Json, evidence: str, token: str) -> Json:
        """Have what we have of a buyer, and their face, compared with the population register. `token`: the back end's
        or the tablet's, as of `bind`."""
        face = {"evidence": evidence, "route": "national"}
        body = {**person, "face": face, "phone_number": order.phone, "channel": order.channel}
        return await self._at(order.channel).call("POST", "/matches/v1/four-fields", token, body)

    async def bind(
        self, detail: Json, token: str, key: str, match_id: str | None = None, contract: str | None = None
    ) -> Json:
        """Bind the number of a detail to the person who confirmed it, verified by a match of all four fields where
        there is one. A lost answer is repeated under the same key."""
        body = as_bound(detail) | ({} if match_id is None else {"match_id": match_id})
        body |= {} if contract is None else {"contract_reference": contract}
        return await self._at(detail["channel"]).call("POST", NUMBERS, token, body, **{"Idempotency-Key": key})

    async def ask(self, phone: str, detail: Json, bearer: str) -> Json:
        """Have whoever has this number as the phone of their identity asked to confirm a detail (CIBA): `auth_req_id`,
        `number_to_show`, `expires_in`. Whether anybody is there is not told."""
        request = self._app.keys.signed(
            self._config.issuer,
            scope="openid",
            login_hint=f"tel:{phone}",
            binding_message=f"Song {phone.replace('+84', '0')}",
            authorization_details=[detail],
            client_notification_token=bearer,
        )
        return await self._app.post("backchannel_authentication_endpoint", request=request)

    async def fetch_answer(self, auth_req_id: str) -> Proof:
        """What a person said to `ask`, once we were told that they did. Raises `Refused`, `ProviderUnreachable`."""
        token = await self._app.post("token_endpoint", grant_type=CIBA, auth_req_id=auth_req_id)
        claims = await self._issuer.read_id_token(str(token.get("id_token", "")), self._app.client_id, None)
        if claims.get("urn:openid:params:jwt:claim:auth_req_id") != auth_req_id:
            raise Refused("invalid_response", "it answers another request")
        return Proof(str(claims["sub"]), str(token["access_token"]), {})

    async def open_counter(self, order: Order) -> Json:
        """Have a customer at a point of sale asked on their own phone (RFC 8628): `user_code`, where they type it, and
        the `device_code` to poll with."""
        details = json.dumps([order.detail, MATCH])
        return await self._app.post("device_authorization_endpoint", scope="openid", authorization_details=details)

    async def poll_counter(self, device_code: str, order: Order) -> Proof:
        """What the customer said: a token by which the tablet acts. Raises `Refused("authorization_pending")` while
        they have said nothing."""
        token = await self._app.post("token_endpoint", grant_type=DEVICE, device_code=device_code)
        claims = await self._issuer.read_id_token(str(token.get("id_token", "")), self._app.client_id, None)
        if order.detail not in (token.get("authorization_details") or []):
            raise Refused("partial_consent")
        return Proof(str(claims["sub"]), await self.act_at_counter(str(token["access_token"])), {})

    async def read(self, number_id: str) -> Json:
        """How a number stands."""
        return await self._back_end.call("GET", f"{NUMBERS}/{number_id}", await self._own())

    async def tell(self, number_id: str, happened: str, at: int) -> Json:
        """Tell that a number works in another device (`device-changes`) or another SIM (`swaps`) since an instant."""
        body = {"occurred_at": datetime.fromtimestamp(at, UTC).isoformat()}
        return await self._back_end.call("POST", f"{NUMBERS}/{number_id}/{happened}", await self._own(), body)

    async def release(self, number_id: str) -> Json:
        """Have a number be nobody's again; twice is the same as once."""
        return await self._back_end.call("POST", f"{NUMBERS}/{number_id}/release", await self._own())

    def _at(self, channel: str) -> Party:
        """Who acts where a number is registered."""
        return self._point if channel == AT_OUR_POINT else self._back_end

    async def _own(self) -> str:
        return await self._back_end.own_token(NUMBER_SCOPE)
