"""The published files of CAMARA's APIs, as facts, and what stands here held against them."""

import json
from pathlib import Path
from typing import Any

import httpx

from tests.support.carrier import Carrier
from tests.support.country import Country
from vneid_idp.camara.contract import file_of, openapi

GENERAL = {"401": ["UNAUTHENTICATED"], "429": ["TOO_MANY_REQUESTS"], "503": ["UNAVAILABLE"]}
"""Codes that every API may answer, whatever its file lists (`CAMARA_common.yaml`)."""
_KEPT = ("type", "pattern", "enum", "format", "minimum", "maximum", "minItems", "maxItems")


def published(title: str) -> dict[str, Any]:
    """What the published file of an API says: paths, scopes, members and codes."""
    folder = Path(__file__).parents[1] / "unit" / "camara" / "published"
    found: dict[str, Any] = json.loads((folder / file_of(title)).read_text("utf-8"))
    return found


def ours(title: str) -> dict[str, Any]:
    """The same of the document that is published here."""
    document = openapi(title)
    schemas = document["components"]["schemas"]

    def shape(schema: dict[str, Any]) -> dict[str, Any]:
        name = schema.get("$ref", "").rpartition("/")[2]
        found = {**(schemas[name] if name else {}), **schema}
        if len(choices := [each for each in found.get("anyOf", ()) if each != {"type": "null"}]) == 1:
            return shape(choices[0]) | {"nullable": True}
        kept = {key: found[key] for key in _KEPT if key in found}
        kept |= {"enum": [found["const"]], "type": "string"} if "const" in found else {}
        kept |= {"items": shape(found["items"])} if "items" in found else {}
        return kept | (_members(found) if found.get("properties") else {})

    def _members(schema: dict[str, Any]) -> dict[str, Any]:
        found = {name: shape(each) for name, each in schema["properties"].items()}
        return {"required": schema.get("required", []), "members": found}

    def members(content: dict[str, Any]) -> dict[str, Any]:
        schema = content["application/json"]["schema"]
        return shape(schema) if "items" in schema else _members(schemas[schema["$ref"].rpartition("/")[2]])

    operations = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            status = min(operation["responses"])
            found = operations[f"{method.upper()} {path}"] = {
                "scopes": [scheme["openId"] for scheme in operation["security"]],
                "status": int(status),
                "errors": {
                    each: answer["description"].removeprefix("`code`: ").split(", ")
                    for each, answer in operation["responses"].items()
                    if each != status
                },
            }
            if "content" in operation["responses"][status]:
                found["answer"] = members(operation["responses"][status]["content"])
            if "requestBody" in operation:
                found["request"] = members(operation["requestBody"]["content"])
    return {"version": document["info"]["version"], "operations": operations}


def check_published(title: str, *not_here: str, not_told: tuple[str, ...] = ()) -> None:
    """Every path, scope, member, form and code of ours is as the published file has it. Codes that are `not_here` are
    the only ones of it that are never answered, and members that are `not_told` of what may be left out."""
    theirs, found = published(title), ours(title)
    never_answered: set[str] = set()
    ever_answered: set[str] = set()
    assert found["version"] == theirs["version"]
    assert found["operations"].keys() == theirs["operations"].keys()
    for name, operation in theirs["operations"].items():
        here = found["operations"][name]
        assert (here["scopes"], here["status"]) == (operation["scopes"], operation["status"]), name
        for body in ("request", "answer"):
            assert (body in here) == (body in operation), (name, body)
            if body in operation:
                _check_shape(here[body], operation[body], name, untold=set(not_told) if body == "answer" else None)
        codes = {code for listed in operation["errors"].values() for code in listed}
        answered = {code for listed in here["errors"].values() for code in listed}
        general = {code for listed in GENERAL.values() for code in listed}
        never_answered |= codes
        ever_answered |= answered
        assert answered - codes <= general, name
    assert never_answered - ever_answered == set(not_here)


def _check_shape(here: dict[str, Any], theirs: dict[str, Any], name: str, *, untold: set[str] | None) -> None:
    """Of an object, what stands in it; of an array, its elements. `untold`: of an answer, what may be left out."""
    if "items" in theirs:
        _check_shape(here["items"], theirs["items"], name, untold=untold)
    if "members" in theirs:
        assert set(theirs["required"]) <= set(here["required"]), name
        assert here["members"].keys() == theirs["members"].keys() - (untold or set()), name
        assert untold is not None or sorted(here["required"]) == sorted(theirs["required"]), name
        for member in here["members"]:
            _check_shape(here["members"][member], theirs["members"][member], f"{name} {member}", untold=untold)
    # What a file says of a member holds; of some that have no limit in it, there is one here.
    nothing = (("format", "email"), ("minItems", 0))
    said = {key: theirs[key] for key in (*_KEPT, "nullable") if key in theirs and (key, theirs[key]) not in nothing}
    assert here | said == here, name


async def caller_of(land: Country, *scopes: str, **members: Any) -> Carrier:
    """A client of the profile `camara`, registered for these scopes."""
    scope = " ".join(("openid", *scopes))
    return await Carrier.of(land, profile="camara", scope=scope, **members)


async def post(caller: Carrier, path: str, token: str, body: Any, **headers: str) -> httpx.Response:
    """Call an API with a token that is bound to the caller's key."""
    return await caller.call("POST", path, token, json=body, headers=headers)
