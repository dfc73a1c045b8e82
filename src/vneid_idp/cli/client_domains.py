"""`clients verify-domain`: have a relying party show that it controls a domain, and look whether it does."""

from typing import Annotated

import typer

from vneid_idp.cli.terminal import By, Reason, deed_of, fail, out, settings_of, with_database
from vneid_idp.clients import domains, service
from vneid_idp.clients.domains import ClientDomain, DomainWitness
from vneid_idp.storage.unit import Database, Unit
from vneid_idp.web.outbound import Outbound
from vneid_idp.web.witness import Witness


def add_to(app: typer.Typer) -> None:
    """Add the command to those of clients."""
    app.command("verify-domain")(verify_domain)


def witness(outbound: Outbound) -> DomainWitness:
    """Who looks; tests put another in this place."""
    return Witness(outbound)


def verify_domain(
    context: typer.Context,
    client_id: str,
    domain: Annotated[str, typer.Argument(help="The host of a redirect URI, or what stands above it: bank.example")],
    by: By,
    reason: Reason,
) -> None:
    """Look whether the domain shows the proof, and say what it has to show while it does not. Run it again at any time:
    a domain that shows the proof no more counts no more."""
    deed, settings = deed_of(by, reason), settings_of(context)

    async def work(database: Database) -> ClientDomain:
        async def ask(unit: Unit) -> ClientDomain:
            return await domains.ask(unit, await service.get_client(unit, client_id), domain, deed)

        await database.transact(ask)
        outbound = Outbound(ca_bundle=settings.ca_bundle, loopback=settings.outbound_loopback)
        try:
            return await domains.check(database, witness(outbound), client_id, domain, deed, act=database.transact)
        finally:
            await outbound.close()

    found = with_database(settings, work)
    if not found.is_verified:
        fail(
            f"{domain} does not show the proof. It has to stand in one of:",
            f'  a DNS record:  {found.record_name}  TXT  "{found.proof}"',
            f"  a file:        {found.file_url}  with the line  {found.proof}",
        )
    out.print(f"{domain} shows the proof ({found.verified_by}); it counts from now on.", markup=False)
