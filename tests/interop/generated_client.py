"""The same with a client made from the published contract by openapi-python-client; run in the venv of that tool."""

import json
import sys

from generated import AuthenticatedClient
from generated.api.social_accounts import account_status, bind, list_bindings, read, release
from generated.models import Account, AccountStatus, Action, Binding, BindingPage, Problem

address, person_token, own_token = sys.argv[1:]
person, own = AuthenticatedClient(address, person_token), AuthenticatedClient(address, own_token)
account = Account(account_id="python-1")

bound = bind.sync(client=person, body=account)
assert isinstance(bound, Binding), bound
status = account_status.sync(client=own, body=account)
assert isinstance(status, AccountStatus), status
page = list_bindings.sync(client=own, limit=10)
assert isinstance(page, BindingPage), page
released = release.sync(bound.binding_id, client=own)
assert isinstance(released, Binding), released
refused = read.sync("bind_none", client=own)
assert isinstance(refused, Problem), refused
learnt = {
    "bound": bound.to_dict(),
    "may": any(each.action is Action.POST and each.allowed for each in status.capabilities),
    "listed": [each.binding_id for each in page.items],
    "released": released.state.value,
    "refused": refused.code,
}
print(json.dumps(learnt))
