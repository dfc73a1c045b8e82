"""The population registry that the settings choose, for the provider and for the operator's commands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.identity.vault import Vault
from vneid_idp.kernel.clock import Clock
from vneid_idp.kernel.secrets import BlindIndex
from vneid_idp.sandbox.country.population import Population
from vneid_idp.sandbox.country.synthetic_registry import SyntheticRegistry
from vneid_idp.settings import Settings
from vneid_idp.storage.unit import Database


@dataclass(frozen=True, slots=True)
class _Here:
    """What a registry may stand on: the settings, and what the provider has open."""

    settings: Settings
    clock: Clock
    db: Database
    vault: Vault
    blind: BlindIndex


def open_registry(
    settings: Settings, clock: Clock, db: Database, vault: Vault, blind: BlindIndex
) -> PopulationRegistry:
    """The registry; `close` it at the end."""
    return REGISTRIES[settings.registry](_Here(settings, clock, db, vault, blind))


def _synthetic(here: _Here) -> PopulationRegistry:
    return SyntheticRegistry(here.db, Population(here.vault, here.blind))


def _http(here: _Here) -> PopulationRegistry:
    settings = here.settings
    # Only here: what it stands on takes a tenth of the time of a start, which a sandbox need not spend.
    from vneid_idp.registry_client.http_registry import REGISTRY, HttpRegistry
    from vneid_idp.signed_http.key_files import KeyFiles
    from vneid_idp.signed_http.transport import Transport

    url, key, answer_key = settings.registry_url, settings.registry_key, settings.registry_answer_key
    assert url is not None
    assert key is not None
    assert answer_key is not None
    answer_keys = {settings.registry_answer_key_id: answer_key}
    if settings.registry_next_answer_key is not None:
        answer_keys[settings.registry_next_answer_key_id] = settings.registry_next_answer_key
    files = KeyFiles(settings.registry_key_id, key, answer_keys)
    bundle = settings.registry_ca_bundle or settings.ca_bundle
    return HttpRegistry(Transport(REGISTRY, url, files.signatures(REGISTRY.name, here.clock), bundle))


REGISTRIES: Mapping[str, Callable[[_Here], PopulationRegistry]] = {"http": _http, "synthetic": _synthetic}
"""By the setting `registry`, whose values these are."""
