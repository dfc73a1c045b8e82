"""Answers held against what is published of them."""

from collections.abc import Callable
from functools import cache
from typing import Any

import httpx
from jsonschema_rs import Draft202012Validator, Validator

Contract = Callable[[], dict[str, Any]]


def assert_as_published(openapi: Contract, method: str, template: str, answer: httpx.Response) -> None:
    """The answer is of the media type and the shape that the contract says of its status."""
    media_type = answer.headers["content-type"].partition(";")[0]
    _validator(openapi, method.lower(), template, str(answer.status_code), media_type).validate(answer.json())


@cache
def _validator(openapi: Contract, method: str, template: str, status: str, media_type: str) -> Validator:
    document = openapi()
    schema = document["paths"][template][method]["responses"][status]["content"][media_type]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})
