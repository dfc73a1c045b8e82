"""What the terminal says when the sandbox is up."""

from typing import TYPE_CHECKING

from rich.console import Console

if TYPE_CHECKING:
    from vneid_idp.settings import Settings


def announce(settings: "Settings") -> None:
    """Print the addresses, who there is to sign in as, and what to try."""
    console = Console(highlight=False, soft_wrap=True)
    console.print()
    console.print(f"  [bold]Provider[/]        {settings.issuer}")
    if settings.social_network_url is not None:
        console.print(f"  [bold]Social network[/]  {settings.social_network_url}")
    console.print(f"  [bold]Discovery[/]       {settings.issuer}/.well-known/openid-configuration")
    console.print(f"  [bold]API viewer[/]      {settings.issuer}/docs")
    console.print(f"  [bold]Message outbox[/]  {settings.issuer}/sandbox/outbox")
    console.print()
    console.print("  Ctrl-C stops everything; `make sandbox-reset` starts over.")
    console.print()
