"""What a receipt has on record beside its text: how each claim was answered, for which version of which purpose."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from vneid_idp.consent.service import Receipt, open_details
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.languages import in_language
from vneid_idp.portal.told import NOT_REGISTERED
from vneid_idp.protocol.claims import PERMISSIONS, Decision, Decisions
from vneid_idp.protocol.client import Client
from vneid_idp.protocol.targets import is_at_server
from vneid_idp.storage.unit import Reading
from vneid_idp.web.claim_words import Say, topics_of
from vneid_idp.web.details_view import detail_sentences
from vneid_idp.web.elsewhere_words import Servers, title_of
from vneid_idp.web.i18n import mark


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to one version of a purpose, in the words of pages."""

    purpose: str
    """Its title today; its id where the service has it no more."""
    version: int
    given: tuple[str, ...]
    instead: tuple[str, ...]
    """Of a smaller proof, also what it stands in place of."""
    kept_back: tuple[str, ...]


Answers = Callable[[str, Decisions], tuple[Answered, ...]]


@dataclass(frozen=True, slots=True)
class _Words:
    """What turns names into words: the language, how it says a message, and the resource servers there are."""

    say: Say
    locale: str
    servers: Servers

    def names(self, claims: Iterable[str]) -> tuple[str, ...]:
        """What they are called; of what is known no more, as it was recorded."""
        claims = tuple(claims)
        topics = topics_of(claims)
        known = {claim for topic in topics for claim in topic.claims}
        others = sorted(set(claims) - known)
        return (*(topic.name(self.say) for topic in topics), *map(self._title, others))

    def _title(self, name: str) -> str:
        if is_at_server(name):
            return title_of(name, self.servers, self.locale, self.say)
        return self.say(PERMISSIONS[name].title) if name in PERMISSIONS else name


def answers_to(clients: Mapping[str, Client], servers: Servers, say: Say, locale: str) -> Answers:
    """What makes, of the id of a client and the decisions of a receipt, the answers, purpose by purpose."""
    words = _Words(say, locale, servers)

    def answers(client_id: str, decisions: Decisions) -> tuple[Answered, ...]:
        client = clients.get(client_id)
        titles = {each.id: in_language(each.title, locale) for each in (client.purposes if client else ())}
        by_purpose = groupby(sorted(decisions.items(), key=_purpose), key=_purpose)
        return tuple(
            _answered(titles.get(purpose, purpose), version, dict(decided), words)
            for (purpose, version), decided in by_purpose
        )

    return answers


Confirmations = Callable[[Receipt], tuple[str, ...]]


async def confirmations_in(
    unit: Reading, vault: Vault, person_id: str, receipts: Iterable[Receipt], names: Mapping[str, str], say: Say
) -> Confirmations:
    """What makes, of a receipt of this person, what was confirmed with it, as far as its text leaves values out that
    its digest covers. `names` are those of services, by client."""
    sealed = any(receipt.details is not None for receipt in receipts)
    key = await vault.find_key(unit, person_id) if sealed else None

    def confirmations(receipt: Receipt) -> tuple[str, ...]:
        service = names.get(receipt.client_id) or say(NOT_REGISTERED)
        details = () if key is None else open_details(key, receipt.details)
        sentences = detail_sentences(details, service, say)
        return tuple(each.text for each in sentences if each.text != each.in_receipt)

    return confirmations


def _purpose(item: tuple[str, Decision]) -> tuple[str, int]:
    return item[1].purpose, item[1].version


def _answered(purpose: str, version: int, decided: Mapping[str, Decision], words: _Words) -> Answered:
    return Answered(
        purpose,
        version,
        words.names(name for name, decision in decided.items() if decision.given),
        tuple(
            words.say(mark("%(smaller)s, in place of: %(claim)s"), smaller=smaller, claim=claim)
            for name, decision in sorted(decided.items())
            if decision.instead
            for smaller in words.names((decision.instead,))
            for claim in words.names((name,))
        ),
        words.names(name for name, decision in decided.items() if not decision.gives),
    )
