"""What the terminal says when the sandbox is up."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from vneid_idp.sandbox.country.personas import PASSCODE, PASSWORD, Persona

if TYPE_CHECKING:
    from vneid_idp.settings import Settings


def announce(settings: "Settings", personas: Sequence[Persona]) -> None:
    """Print the addresses, who there is to sign in as, and what to try."""
    console = Console(highlight=False, soft_wrap=True)
    addresses = {
        "Provider": f"{settings.issuer}/",
        "Social network": settings.social_network_url and f"{settings.social_network_url}/",
        "Carrier": settings.carrier_url and f"{settings.carrier_url}/",
        "Message outbox": f"{settings.issuer}/sandbox/outbox",
        "Identity app": f"{settings.issuer}/phone",
        "API viewer": f"{settings.issuer}/docs",
        "Guide": f"{settings.issuer}/guide",
        "Certificates": settings.tls_port and settings.mtls_origin and f"{settings.mtls_origin}/",
        "Discovery": f"{settings.issuer}/.well-known/openid-configuration",
    }
    console.print()
    for name, address in addresses.items():
        if address:
            console.print(f"  [bold]{name:16}[/]{escape(address)}")
    console.print(f"\n  [bold]People[/], all invented. Password [bold]{PASSWORD}[/], passcode [bold]{PASSCODE}[/]:\n")
    for persona in personas:
        level = f"level {persona.level}" if persona.level else "no account"
        console.print(f"  {persona.username}  {level:10}  {escape(persona.record.full_name)}")
        console.print(f"                {escape(persona.description['en'])}", style="dim")
    console.print("\n  [bold]What to try[/]\n")
    for line in _suggestions(settings, personas):
        console.print(f"  · {escape(line)}")
    console.print("\n  Ctrl-C stops everything; `make sandbox-reset` starts over.\n")


def _suggestions(settings: "Settings", personas: Sequence[Persona]) -> list[str]:
    names = {persona.slug: persona.record.full_name for persona in personas}
    found = []
    if settings.social_network_url is not None:
        found += [
            f"{settings.social_network_url}/: join, find the composer locked, verify as {names['complete']}, post.",
            f"Join once more and verify as {names['fifteen']}, who is 15; then as the mother, {names['guardian']}.",
        ]
    if settings.carrier_url is not None:
        found.append(
            f"{settings.carrier_url}/: buy a number as {names['plain']}, then find it at {settings.issuer}/me/numbers."
        )
    return [
        *found,
        f"{settings.issuer}/me: see who used the identity, and withdraw a consent.",
        f"Connect an application of your own: POST {settings.issuer}/register, or "
        "`.venv/bin/vneid-idp --sandbox clients register FILE.json --by me --reason 'Trying it out'`.",
        f"{settings.issuer}/guide: what carriers need, FAPI 2.0, certificates, CIBA, each with a script that runs.",
    ]
