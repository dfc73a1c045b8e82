"""The matcher of a server over HTTP: the port of `faces`, asked by way of `face-matcher/v1`."""

from pydantic import ValidationError

from vneid_idp.faces.port import FaceResult, MatcherUnavailable, Template
from vneid_idp.log import Log
from vneid_idp.matcher_client.wire import PREFIX, Comparison, Result
from vneid_idp.signed_http.transport import Asked, Transport

_log = Log(__name__)


class BadAnswer(MatcherUnavailable):
    """The matcher answered what cannot be believed or understood."""


MATCHER = Asked("face_matcher", MatcherUnavailable, BadAnswer)


class HttpMatcher:
    """See `FaceMatcher`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def compare(self, person_id: str, template: Template) -> FaceResult:
        """See `FaceMatcher.compare`. It changes nothing, so it is asked again where there is no answer."""
        question = Comparison.of(person_id, template).model_dump_json().encode()
        answered = await self._transport.ask("POST", f"{PREFIX}/comparisons", question)
        if answered.status != 200:
            raise _bad(f"answers {answered.status}")
        try:
            found = Result.model_validate_json(answered.body, strict=True)
        except ValidationError as error:
            # Where it is wrong, never what stands there: it is about a person.
            places = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors()[:5])
            raise _bad(f"says what no result can be ({places})") from None
        if not found.is_sound:
            raise _bad("gives an outcome that its score and threshold do not")
        return found.result()

    async def close(self) -> None:
        """See `FaceMatcher.close`."""
        await self._transport.close()


def _bad(what: str) -> BadAnswer:
    _log.warning("service.bad_answer", service=MATCHER.name, detail=f"The server {what}.")
    return BadAnswer(f"The matcher {what}.")
