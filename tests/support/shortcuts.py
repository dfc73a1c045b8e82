"""People who signed in and agreed already: the same rows that the pages write, without the pages."""

from dataclasses import dataclass
from typing import Any

from tests.support.country import PURPOSE, Country
from tests.support.relying_party import Page, Person, RelyingParty, Request
from vneid_idp.consent import service as consent
from vneid_idp.identity.factors import sessions
from vneid_idp.kernel.clock import Instant
from vneid_idp.kernel.sealing import SealPurpose
from vneid_idp.protocol.camara import CAMARA_PERMISSIONS
from vneid_idp.protocol.claims import PERMISSIONS, Decision, Decisions, links_account
from vneid_idp.protocol.levels import SignInMethod

EVERYTHING = (
    *PURPOSE["required"],
    *PURPOSE["optional"],
    *(each for each in PERMISSIONS if each not in CAMARA_PERMISSIONS),
)


@dataclass
class Known:
    """A person whose browser has a session."""

    land: Country
    person: Person
    session_id: str
    generation: int = 0

    @property
    def person_id(self) -> str:
        """Their pseudonymous id."""
        return self.person.persona.record.person_id

    async def agree(
        self,
        party: RelyingParty,
        *given: str,
        left_out: tuple[str, ...] = (),
        instead: dict[str, str] | None = None,
        version: int = 1,
    ) -> str:
        """Give `party` what is `given` (everything unless told, of the operators' APIs what it is registered for) and
        leave out the rest; the consent's id."""
        everything = (*EVERYTHING, *(each for each in CAMARA_PERMISSIONS if each in party.registered.client.scope))
        decided: Decisions = {name: Decision("account", version, given=True) for name in given or everything}
        decided |= {name: Decision("account", version, given=False) for name in left_out}
        decided |= {name: Decision("account", version, False, smaller) for name, smaller in (instead or {}).items()}
        async with self.land.idp.db.writing() as unit:
            shown = consent.Shown("text", "vi")
            return (await consent.give(unit, self.person_id, party.client_id, decided, shown, alone_from=16)).consent_id

    async def code(self, request: Request) -> str:
        """The code that the request ends in at once, or after an account that it links was confirmed."""
        away = await self.person.start(request)
        if isinstance(away, Page) and links_account(request.params["scope"].split()):
            away = await self.person.confirm_link(away)
        assert isinstance(away, str), away.text
        answer = request.read_answer(away)
        assert "code" in answer, answer
        return answer["code"]

    async def tokens(self, party: RelyingParty, **params: Any) -> dict[str, Any]:
        """The answer of the token endpoint to a request of `party`."""
        request = party.request(**params)
        answer = await party.redeem(request, await self.code(request))
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


async def known(land: Country, slug: str = "complete", *methods: str, at: Instant | None = None) -> Known:
    """The persona signed in with `methods` (password and a code unless told), now or `at` an instant."""
    when = land.watch.now() if at is None else at
    persona = land.people[slug]
    async with land.idp.db.writing() as unit:
        shown = tuple(SignInMethod(name, when) for name in methods or ("pwd", "sms"))
        session = await sessions.open_session(unit, persona.record.person_id, shown)
    person = Person(land, persona)
    sealed = land.idp.keys.sealer.seal_json(SealPurpose.SESSION, [session.person_id, session.session_id])
    person.browser.cookies.set("vneid_idp_session", sealed)
    return Known(land, person, session.session_id)


async def agreed(land: Country, party: RelyingParty, slug: str = "complete") -> Known:
    """The persona signed in with two factors, who gave `party` everything that it may ask."""
    found = await known(land, slug)
    await found.agree(party)
    return found
