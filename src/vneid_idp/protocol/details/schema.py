"""The published form of `authorization_details` (RFC 9396 §2): a JSON Schema, made of what reads them."""

from typing import Any

from pydantic.json_schema import models_json_schema

from vneid_idp.protocol.details.granting import MOST_DETAILS
from vneid_idp.protocol.details.table import DETAIL_TYPES


def json_schema() -> dict[str, Any]:
    """The schema of the whole parameter, in which each type has its part; written to `openapi/`, too."""
    places, definitions = models_json_schema([(each.members, "validation") for each in DETAIL_TYPES.values()])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "authorization_details",
        "description": "Rich authorization requests (RFC 9396): an object for each thing that the person is asked.",
        "type": "array",
        "minItems": 1,
        "maxItems": MOST_DETAILS,
        "uniqueItems": True,
        "items": {"oneOf": list(places.values())},
        **definitions,
    }
