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


def _synthetic(here: _Here) -> FaceMatcher:
    return SyntheticMatcher(here.registry, here.clock)


MATCHERS: Mapping[str, Callable[[_Here], FaceMatcher]] = {"none": _none, "synthetic": _synthetic}
"""By the setting `face_matcher`, whose values these are."""
