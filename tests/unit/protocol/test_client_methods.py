"""By which method a client may authenticate: the registered one, and a secret by either way that sends one."""

import pytest

from vneid_idp.protocol.client import Client
from vneid_idp.protocol.client_auth import PresentedCredentials, check_method
from vneid_idp.protocol.errors import InvalidClient

METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt", "none")


@pytest.mark.parametrize("registered", METHODS)
@pytest.mark.parametrize("sent", METHODS)
@pytest.mark.parametrize("exact", [False, True])
def test_the_registered_method_is_accepted_and_a_secret_by_either_way_unless_the_client_insists(
    registered: str, sent: str, exact: bool
) -> None:
    client = Client("cli_a", "A", token_endpoint_auth_method=registered, require_token_endpoint_auth_method=exact)
    presented = PresentedCredentials(sent, "cli_a")
    secrets = {registered, sent} == {"client_secret_basic", "client_secret_post"}
    if registered == sent or (secrets and not exact):
        check_method(client, presented)
        return
    with pytest.raises(InvalidClient, match=f"registered for {registered}") as refused:
        check_method(client, presented)
    assert sent == "none" or f"authenticates by {sent}" in refused.value.description


def test_who_registered_nothing_about_it_may_send_a_secret_either_way() -> None:
    for method in ("client_secret_basic", "client_secret_post"):
        check_method(Client("cli_a", "A"), PresentedCredentials(method, "cli_a"))
