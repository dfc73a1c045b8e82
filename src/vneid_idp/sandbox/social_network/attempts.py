"""Attempts to sign in or to verify an account, each with a state of its own: two tabs never share one.

What an attempt needs on its way back stands here under the `state` of its request, and not in the cookie, which two
tabs would overwrite for each other. The browser that began it is the only one that may end it.
"""

import sqlite3
from dataclasses import astuple, dataclass

from .store import now

SCHEMA = """
create table if not exists attempts (
    state text primary key, browser text not null, kind text not null, account_id text, key text not null,
    target text not null, nonce text not null, code_verifier text not null, started_at integer not null);
create index if not exists attempts_by_browser on attempts (browser, started_at);
create index if not exists attempts_by_time on attempts (started_at);
"""

LIFE_SECONDS = 60 * 60
"""How long a provider may take: a child's request waits that long for a parent."""
MOST_OF_BROWSER = 8
"""How many may be under way in one browser; the oldest makes room."""
MOST = 10_000
"""And in all."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was asked of the provider, for which account, and where it leads afterwards."""

    state: str
    browser: str
    kind: str
    account_id: str | None
    key: str
    """The Idempotency-Key under which the account is bound."""
    target: str
    nonce: str
    code_verifier: str
    started_at: int


class Attempts:
    """Those under way."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(SCHEMA)

    def begin(self, attempt: Attempt) -> None:
        """Keep one until its answer comes; what is old, or too many, goes."""
        self._connection.execute("insert into attempts values (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(attempt))
        self._connection.execute("delete from attempts where started_at < ?", (now() - LIFE_SECONDS,))
        self._connection.execute(
            "delete from attempts where browser = ? and state not in"
            " (select state from attempts where browser = ? order by started_at desc, rowid desc limit ?)",
            (attempt.browser, attempt.browser, MOST_OF_BROWSER),
        )
        self._connection.execute(
            "delete from attempts where rowid in"
            " (select rowid from attempts order by started_at desc, rowid desc limit -1 offset ?)",
            (MOST,),
        )

    def end(self, state: str, browser: str) -> Attempt | None:
        """The attempt of this browser to which an answer belongs; it is over with that. A second answer finds none."""
        row = self._connection.execute(
            "delete from attempts where state = ? and browser = ? and started_at >= ? returning *",
            (state, browser, now() - LIFE_SECONDS),
        ).fetchone()
        return None if row is None else Attempt(*row)
