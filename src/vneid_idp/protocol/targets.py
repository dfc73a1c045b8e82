"""What an authorisation is good for: some of our own APIs, or what a foreign resource server offers (RFC 8707).

What a person agrees to at a resource server stands among the other decisions, each scope under the name of its `Item`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SERVER = "rsv"
"""What the ids of resource servers begin with; paths of our own begin otherwise, and so do claims and scopes."""


@dataclass(frozen=True, slots=True)
class Target:
    """A resource: the path of one of ours, or the id of a foreign resource server and the scope that is used there.

    The id is of one registration: what is agreed to at one server counts at no other that takes its address later.
    """

    resource: str
    scope: tuple[str, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether it is one of our own APIs, whose scope is that of the whole authorisation."""
        return self.resource.startswith("/")

    @property
    def items(self) -> tuple[str, ...]:
        """The names of what a person is asked for it; of our own APIs the scope is asked, wherever it is used."""
        return () if self.is_own else tuple(item_at(self.resource, scope) for scope in self.scope)


def item_at(server_id: str, scope: str) -> str:
    """The name of the decision about a scope at a resource server."""
    return f"{server_id} {scope}"


def is_at_server(item: str) -> bool:
    """Whether a decision of that name is about a scope at a resource server."""
    return item.startswith(f"{SERVER}_")


def server_and_scope(item: str) -> tuple[str, str]:
    """The server and the scope that `item_at` named."""
    server_id, _, scope = item.partition(" ")
    return server_id, scope


def items_at(targets: Iterable[Target]) -> tuple[str, ...]:
    """The names of all that a person is asked for these."""
    return tuple(name for target in targets for name in target.items)


def targets_to_json(targets: Iterable[Target]) -> list[list[Any]]:
    """What is sealed or stored of targets."""
    return [[target.resource, list(target.scope)] for target in targets]


def targets_from_json(values: Iterable[list[Any]]) -> tuple[Target, ...]:
    """The targets that `targets_to_json` wrote."""
    return tuple(Target(resource, tuple(scope)) for resource, scope in values)
