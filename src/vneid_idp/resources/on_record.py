"""What a network is told of bindings stands on record before the answer leaves, for each person whom it is about."""

from collections.abc import Iterable, Iterator

from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.protocol.authorisation import Authorisation
from vneid_idp.resources.bearer import Caller
from vneid_idp.resources.representations import Binding
from vneid_idp.web.context import Idp


async def put_on_record(provider: Idp, caller: Caller, told: Iterable[tuple[SocialAccount, Binding]]) -> None:
    """Write down what is about to be told. The holder reads it, and for a child also the guardian who bound it."""
    found = [each for binding, shown in told if shown.told for each in _about(caller.authorisation, binding, shown)]
    if found:
        await provider.disclosures.add(*found)


def _about(by: Authorisation, binding: SocialAccount, shown: Binding) -> Iterator[Disclosed]:
    where, acts_for = Told.BINDINGS, by.acts_for
    yield Disclosed.of(binding.person_id, by.client_id, where, shown.told, acts_for=acts_for)
    if binding.representative_id is not None:
        guardian, child = binding.representative_id, binding.person_id
        yield Disclosed.of(guardian, by.client_id, where, shown.told, child, acts_for=acts_for)
