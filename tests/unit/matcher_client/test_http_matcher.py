"""What can go wrong between the provider and a matcher: no answer is an error of its own, and never a face."""

from typing import Any

import httpx
import orjson
import pytest

from tests.support.matcher import URL, client, matchers, providers
from tests.support.registry import registrys
from tests.support.watch import Watch
from vneid_idp.faces.port import FaceOutcome, MatcherUnavailable, Template
from vneid_idp.matcher_client.http_matcher import BadAnswer
from vneid_idp.signed_http.signatures import Answer, NotSigned, RequestMessage, signature_headers

TEMPLATE = Template("model-1", b"\0\xff" * 9)
RESULT: dict[str, Any] = {
    "outcome": "match", "score": 0.5, "threshold": 0.4, "matcher": "model-1", "evaluation_id": "e-1", "since": "later",
}  # fmt: skip


async def ask(watch: Watch, body: bytes, status: int = 200) -> Any:
    asked: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(orjson.loads(request.content))
        message = RequestMessage(request.method, str(request.url), signature_headers(request.headers.items()))
        signed = Answer(status, message)
        matchers(watch).sign_answer(signed, body)

        async def parts() -> Any:
            yield body

        return httpx.Response(status, content=parts(), headers=signed.headers)

    matcher = client(watch, httpx.MockTransport(answer))
    try:
        return await matcher.compare("per_1", TEMPLATE)
    finally:
        await matcher.close()
        assert asked[0] == {"person_id": "per_1", "model": "model-1", "template": "AP8A_wD_AP8A_wD_AP8A_wD_"}


async def test_the_result_is_read_and_what_is_not_known_ignored(watch: Watch) -> None:
    found = await ask(watch, orjson.dumps(RESULT))
    assert (found.outcome, found.score, found.threshold, found.evaluation_id) == (FaceOutcome.MATCH, 0.5, 0.4, "e-1")
    undecided = await ask(watch, orjson.dumps({**RESULT, "outcome": "undecided", "score": None}))
    assert undecided.outcome is FaceOutcome.UNDECIDED


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "perhaps"},
        {"outcome": "mismatch"},  # and yet above the threshold
        {"score": 0.3},  # and yet a match
        {"score": None},
        {"outcome": "undecided"},  # and yet a score
        {"score": "0.5"},
        {"threshold": None},
        {"matcher": ""},
        {"evaluation_id": None},
    ],
)
async def test_a_result_that_is_none_is_no_face(watch: Watch, changes: dict[str, Any]) -> None:
    with pytest.raises(BadAnswer):
        await ask(watch, orjson.dumps(RESULT | changes))


async def test_a_refusal_is_no_answer(watch: Watch) -> None:
    with pytest.raises(BadAnswer):
        await ask(watch, b"{}", 404)


def test_what_is_signed_for_the_matcher_is_nothing_for_the_register(watch: Watch) -> None:
    """With the same keys, and at the same address."""
    message = RequestMessage("POST", f"{URL}/face-matcher/v1/comparisons")
    providers(watch).sign_request(message, b"{}")
    matchers(watch).check_request(message, b"{}")
    with pytest.raises(NotSigned):
        registrys(watch).check_request(message, b"{}")


async def test_a_matcher_that_is_out_is_told_so(watch: Watch) -> None:
    matcher = client(watch, httpx.MockTransport(lambda _: httpx.Response(502)))
    for _ in range(3):
        with pytest.raises(MatcherUnavailable):
            await matcher.compare("per_1", TEMPLATE)
    await matcher.close()
