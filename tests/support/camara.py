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
_KEPT = ("type", "pattern", "enum", "format", "minimum", "maximum")


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
        kept = {key: found[key] for key in _KEPT if key in found}
        return kept | ({"enum": [found["const"]], "type": "string"} if "const" in found else {})

    def members(content: dict[str, Any]) -> dict[str, Any]:
        schema = schemas[content["application/json"]["schema"]["$ref"].rpartition("/")[2]]
        found = {name: shape(each) for name, each in schema["properties"].items()}
        return {"required": schema.get("required", []), "members": found}

    operations = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found = operations[f"{method.upper()} {path}"] = {
                "scopes": [scheme["openId"] for scheme in operation["security"]],
                "answer": members(operation["responses"]["200"]["content"]),
                "errors": {
                    status: answer["description"].removeprefix("`code`: ").split(", ")
                    for status, answer in operation["responses"].items()
                    if status != "200"
                },
            }
            if "requestBody" in operation:
                found["request"] = members(operation["requestBody"]["content"])
    return {"version": document["info"]["version"], "operations": operations}


def check_published(title: str, *not_here: str, not_told: tuple[str, ...] = ()) -> None:
    """Every path, scope, member, form and code of ours is as the published file has it. Codes that are `not_here` are
    the only ones of it that are never answered, and members that are `not_told` of what may be left out."""
    theirs, found = published(title), ours(title)
    assert found["version"] == theirs["version"]
    assert found["operations"].keys() == theirs["operations"].keys()
    for name, operation in theirs["operations"].items():
        here = found["operations"][name]
        assert here["scopes"] == operation["scopes"], name
        for body in ("request", "answer"):
            assert (body in here) == (body in operation), (name, body)
            if body in operation:
                assert set(operation[body]["required"]) <= set(here[body]["required"]), (name, body)
                untold = set(not_told) if body == "answer" else set()
                assert here[body]["members"].keys() == operation[body]["members"].keys() - untold, (name, body)
                assert body == "answer" or here[body]["required"] == operation[body]["required"], name
                for member in here[body]["members"]:
                    form = operation[body]["members"][member]
                    # What a file says of a member holds; of some that have no limit in it, there is one here.
                    said = {key: value for key, value in form.items() if (key, value) != ("format", "email")}
                    assert here[body]["members"][member] | said == here[body]["members"][member], (name, member)
        codes = {code for listed in operation["errors"].values() for code in listed}
        answered = {code for listed in here["errors"].values() for code in listed}
        general = {code for listed in GENERAL.values() for code in listed}
        assert codes - answered == set(not_here), name
        assert answered - codes <= general, name


async def caller_of(land: Country, *scopes: str, **members: Any) -> Carrier:
    """A client of the profile `camara`, registered for these scopes."""
    scope = " ".join(("openid", *scopes))
    return await Carrier.of(land, profile="camara", scope=scope, **members)


async def post(caller: Carrier, path: str, token: str, body: Any, **headers: str) -> httpx.Response:
    """Call an API with a token that is bound to the caller's key."""
    return await caller.call("POST", path, token, json=body, headers=headers)
