"""An application of your own, with Authlib. Start the sandbox (`make sandbox`), then:

    pip install authlib httpx itsdangerous joserfc starlette uvicorn
    python authlib_app.py         and open http://localhost:3000

It registers itself, signs a person in at level 2, shows what it learnt, and binds an account to the person.
"""

import asyncio
import html
import json
import os
import secrets
import socket

import httpx
import uvicorn
from authlib.integrations.starlette_client import OAuth, OAuthError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

ISSUER = os.environ.get("ISSUER", "http://localhost:8000")
LEVEL_2 = "urn:vneid:level:2"

listener = socket.create_server(("127.0.0.1", int(os.environ.get("PORT", "3000"))))
HOME = f"http://localhost:{listener.getsockname()[1]}"
oauth = OAuth()


def register() -> None:
    """1. Register (RFC 7591). In the sandbox anybody may; keep the credentials instead of doing it each time."""
    metadata = httpx.get(f"{ISSUER}/.well-known/openid-configuration").json()
    wanted = {
        "client_name": "My application",
        "redirect_uris": [f"{HOME}/callback"],
        "post_logout_redirect_uris": [f"{HOME}/"],
        "grant_types": ["authorization_code", "client_credentials"],
        "id_token_signed_response_alg": "ES256",
    }
    registered = httpx.post(metadata["registration_endpoint"], json=wanted).raise_for_status().json()
    oauth.register(
        "provider",
        client_id=registered["client_id"],
        client_secret=registered["client_secret"],
        server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid identity age binding:social_account",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic",
        },
    )


async def login(request: Request) -> Response:
    """2. Send the browser to the provider. Authlib adds state, nonce and PKCE, and keeps them in the session."""
    away: Response = await oauth.provider.authorize_redirect(
        request,
        f"{HOME}/callback",
        acr_values=LEVEL_2,
        # Which account is to be linked, as the person knows it: they confirm each link on a page that says so.
        account_label="@example",
        # acr_values is a wish. An essential claim makes anything less an error.
        claims=json.dumps({"id_token": {"acr": {"essential": True, "values": [LEVEL_2]}}}),
    )
    return away


async def callback(request: Request) -> Response:
    """3. The browser is back: Authlib checks state, redeems the code and validates the ID token; `iss` is ours."""
    if request.query_params.get("iss") != ISSUER:  # RFC 9207: an answer from another issuer is a mix-up attack
        return page("That did not work", {"error": "the answer names another issuer"})
    try:
        token = await oauth.provider.authorize_access_token(request)
    except OAuthError as refusal:
        return page("That did not work", {"error": refusal.error, "message": refusal.description})
    claims = dict(token["userinfo"])  # of the ID token
    if claims.get("acr") != LEVEL_2:
        return page("That did not work", {"error": f"level 2 is needed, this is {claims.get('acr')}"})
    userinfo = dict(await oauth.provider.userinfo(token=token))
    if userinfo["sub"] != claims["sub"]:
        return page("That did not work", {"error": "userinfo is about somebody else"})
    request.session["id_token"] = token["id_token"]
    binding = await bind(token["access_token"], f"account of {claims['sub']}")
    links = '<p><a href="/logout">Sign out</a>'
    return page("Welcome", {"claims": claims, "userinfo": userinfo, "binding": binding}, links)


async def bind(access_token: str, account_id: str) -> dict[str, object]:
    """4. Bind the account that this person has with you. What the person ticked comes back (level, age band, rights;
    never a number), and the rest is null and named in `withheld`."""
    headers = {"Authorization": f"Bearer {access_token}", "Idempotency-Key": secrets.token_urlsafe()}
    async with httpx.AsyncClient() as client:
        url = f"{ISSUER}/bindings/v1/social-accounts"
        answer = await client.post(url, json={"account_id": account_id}, headers=headers)
    return dict(answer.json())  # refused: application/problem+json with a `code` (RFC 9457)


async def logout(request: Request) -> Response:
    """5. Sign out here, and at the provider (OpenID Connect RP-Initiated Logout)."""
    away: Response = await oauth.provider.logout_redirect(
        request, post_logout_redirect_uri=f"{HOME}/", id_token_hint=request.session.pop("id_token", None)
    )
    return away


async def home(request: Request) -> Response:
    """Where it starts."""
    return page("My application", {}, '<p><a href="/login">Sign in</a>')


def page(title: str, facts: dict[str, object], links: str = "") -> Response:
    """A page that shows facts."""
    text = html.escape(json.dumps(facts, indent=2, ensure_ascii=False))
    return HTMLResponse(f"<!doctype html><title>{title}</title><h1>{title}</h1><pre>{text}</pre>{links}")


app = Starlette(
    routes=[
        Route("/", home),
        Route("/login", login),
        Route("/callback", callback),
        Route("/logout", logout),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=secrets.token_urlsafe())],
)

if __name__ == "__main__":
    register()
    print(f"Open {HOME}", flush=True)
    asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(sockets=[listener]))
