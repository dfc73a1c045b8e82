"""What a network is told of bindings stands on record before the answer leaves, for each person whom it is about."""

from collections.abc import Iterable, Iterator

from vneid_idp.bindings.social_accounts.rules import SocialAccount
from vneid_idp.consent.disclosures import Disclosed, Told
from vneid_idp.protocol.client import Client
from vneid_idp.resources.representations import Binding
from vneid_idp.web.context import Idp


async def put_on_record(provider: Idp, client: Client, told: Iterable[tuple[SocialAccount, Binding]]) -> None:
    """Write down what is about to be told. The holder reads it, and for a child also the guardian who bound it."""
    found = [each for binding, shown in told if shown.told for each in _about(client, binding, shown)]
    if found:
        await provider.disclosures.add(*found)


def _about(client: Client, binding: SocialAccount, shown: Binding) -> Iterator[Disclosed]:
    yield Disclosed.of(binding.person_id, client.client_id, Told.BINDINGS, shown.told)
    if binding.representative_id is not None:
        guardian, child = binding.representative_id, binding.person_id
        yield Disclosed.of(guardian, client.client_id, Told.BINDINGS, shown.told, child)
