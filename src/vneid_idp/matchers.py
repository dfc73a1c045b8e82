"""The matcher of faces that the settings choose."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vneid_idp.faces.port import FaceMatcher, FaceResult, MatcherUnavailable, Template
from vneid_idp.identity.register.port import PopulationRegistry
from vneid_idp.kernel.clock import Clock
from vneid_idp.sandbox.faces.matcher import SyntheticMatcher
from vneid_idp.settings import Settings


@dataclass(frozen=True, slots=True)
class _Here:
    """What a matcher may stand on: the settings, and what the provider has open."""

    settings: Settings
    clock: Clock
    registry: PopulationRegistry


class NoMatcher:
    """Of an installation that compares no faces: says so whenever it is asked to."""

    async def compare(self, person_id: str, template: Template) -> FaceResult:
        """See `FaceMatcher.compare`."""
        raise MatcherUnavailable("This installation has no matcher.")

    async def close(self) -> None:
        """See `FaceMatcher.close`."""


def open_matcher(settings: Settings, clock: Clock, registry: PopulationRegistry) -> FaceMatcher:
    """The matcher; `close` it at the end."""
    return MATCHERS[settings.face_matcher](_Here(settings, clock, registry))


def _none(_: _Here) -> FaceMatcher:
    return NoMatcher()


def _http(here: _Here) -> FaceMatcher:
    settings = here.settings
    # Only here, as with the register.
    from vneid_idp.matcher_client.http_matcher import MATCHER, HttpMatcher
    from vneid_idp.signed_http.key_files import KeyFiles
    from vneid_idp.signed_http.transport import Transport

    url, key, answer_key = settings.face_matcher_url, settings.face_matcher_key, settings.face_matcher_answer_key
    assert url is not None
    assert key is not None
    assert answer_key is not None
    answer_keys = {settings.face_matcher_answer_key_id: answer_key}
    if settings.face_matcher_next_answer_key is not None:
        answer_keys[settings.face_matcher_next_answer_key_id] = settings.face_matcher_next_answer_key
    files = KeyFiles(settings.face_matcher_key_id, key, answer_keys)
    bundle = settings.face_matcher_ca_bundle or settings.ca_bundle
    return HttpMatcher(Transport(MATCHER, url, files.signatures(MATCHER.name, here.clock), bundle))


def _synthetic(here: _Here) -> FaceMatcher:
    return SyntheticMatcher(here.registry, here.clock)


MATCHERS: Mapping[str, Callable[[_Here], FaceMatcher]] = {"http": _http, "none": _none, "synthetic": _synthetic}
"""By the setting `face_matcher`, whose values these are."""
