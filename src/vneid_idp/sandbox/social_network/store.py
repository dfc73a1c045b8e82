"""The network's own memory: one SQLite file. Synchronous, because every statement takes microseconds here."""

import json
import secrets
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from .accounts import LINKED, Account, Json

SCHEMA = """
create table if not exists accounts (
    account_id text primary key, handle text not null unique, created_at integer not null,
    resident integer not null default 0, subject text, standing text, checked_at integer not null default 0,
    kept text, link_ended_at integer, told text);
create index if not exists accounts_by_subject on accounts (subject);
create table if not exists visits (
    visit_id text primary key, account_id text not null, started_at integer not null, ended_at integer,
    subject text, provider_session text, id_token text, ended_elsewhere integer not null default 0);
create table if not exists log_out_tokens (jti text primary key, seen_at integer not null);
"""

_OWNER = 0o600


@dataclass(frozen=True, slots=True)
class Visit:
    """A signed-in browser. The cookie carries its id; ending it here ends it there."""

    visit_id: str
    account_id: str
    id_token: str | None


def open_database(path: str) -> sqlite3.Connection:
    """A connection in autocommit mode; every change here is one statement. `path` may be `:memory:`.

    The file is its owner's alone, since it keeps what the law demands of people. SQLite gives its log the same mode.
    """
    if path != ":memory:":
        Path(path).touch(_OWNER)
        Path(path).chmod(_OWNER)
    connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    connection.row_factory = sqlite3.Row
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    return connection


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


class Accounts:
    """Accounts, and the browsers that are signed in to them."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(SCHEMA)
        self._add_column("accounts", "kept", "text")
        self._add_column("accounts", "link_ended_at", "integer")
        self._add_column("accounts", "told", "text")
        self._add_column("visits", "ended_elsewhere", "integer not null default 0")

    def _add_column(self, table: str, name: str, kind: str) -> None:
        """Give a table of an older database what it lacks."""
        if name not in {row["name"] for row in self._connection.execute(f"pragma table_info({table})")}:
            self._connection.execute(f"alter table {table} add column {name} {kind}")

    def create(self, handle: str, *, resident: bool = False, account_id: str | None = None) -> Account | None:
        """A new account with a random id that never changes, or None when the handle is taken."""
        account_id = account_id or f"qn_{secrets.token_hex(12)}"
        created = self._connection.execute(
            "insert into accounts (account_id, handle, created_at, resident) values (?, ?, ?, ?)"
            " on conflict (handle) do nothing",
            (account_id, handle, now(), int(resident)),
        )
        return self.find(account_id) if created.rowcount else None

    def find(self, account_id: str) -> Account | None:
        """The account with this id."""
        row = self._connection.execute("select * from accounts where account_id = ?", (account_id,)).fetchone()
        return read_account(row) if row else None

    def of_subject(self, subject: str) -> list[Account]:
        """The accounts that a person of the provider verified, own ones and children's, oldest first."""
        rows = self._connection.execute(
            "select * from accounts where subject = ? order by rowid", (subject,)
        ).fetchall()
        return [read_account(row) for row in rows]

    def record_status(self, account_id: str, status: Json | None) -> None:
        """Keep the provider's answer, word for word, and when it was given. With the link goes what we keep for it."""
        before = self.find(account_id)
        linked = (status or {}).get("account_state") in LINKED
        ended_at = None if linked or before is None else now() if before.is_linked else before.link_ended_at
        self._connection.execute(
            "update accounts set standing = ?, checked_at = ?, link_ended_at = ?, kept = case when ? then kept end,"
            " told = case when ? then told end where account_id = ?",
            (json.dumps(status) if status else None, now(), ended_at, linked, linked, account_id),
        )

    def record_told(self, account_id: str, told: Json, kept: Json | None) -> None:
        """Keep what came with whoever verified the account, and what the law has us keep about them, or nothing."""
        self._connection.execute(
            "update accounts set told = ?, kept = ? where account_id = ?",
            (json.dumps(told), json.dumps(kept) if kept else None, account_id),
        )

    def record_subject(self, account_id: str, subject: str) -> None:
        """Keep the pairwise subject of the person who verified the account."""
        self._connection.execute("update accounts set subject = ? where account_id = ?", (subject, account_id))

    def distrust(self, subject: str) -> None:
        """Make the next look at this person's accounts ask the provider, whatever their last answer's age."""
        self._connection.execute("update accounts set checked_at = 0 where subject = ?", (subject,))

    def start_visit(self, account_id: str, id_token: str | None = None, claims: Json | None = None) -> Visit:
        """Sign a browser in; `claims` are those of the ID token, for the log-out that may come from the provider."""
        visit_id = secrets.token_urlsafe(24)
        claims = claims or {}
        self._connection.execute(
            "insert into visits (visit_id, account_id, started_at, subject, provider_session, id_token)"
            " values (?, ?, ?, ?, ?, ?)",
            (visit_id, account_id, now(), claims.get("sub"), claims.get("sid"), id_token),
        )
        return Visit(visit_id, account_id, id_token)

    def attach_proof(self, visit_id: str, id_token: str | None, claims: Json) -> None:
        """Note in a running visit that its person has proved an identity, so that both log-outs find it."""
        self._connection.execute(
            "update visits set subject = ?, provider_session = ?, id_token = ? where visit_id = ?",
            (claims.get("sub"), claims.get("sid"), id_token, visit_id),
        )

    def find_visit(self, visit_id: str) -> Visit | None:
        """The visit, unless it has ended."""
        row = self._connection.execute(
            "select visit_id, account_id, id_token from visits where visit_id = ? and ended_at is null", (visit_id,)
        ).fetchone()
        return Visit(row["visit_id"], row["account_id"], row["id_token"]) if row else None

    def account_signed_out_elsewhere(self, visit_id: str | None) -> Account | None:
        """The account of a visit that the provider ended, not the visitor."""
        row = self._connection.execute(
            "select a.* from visits v join accounts a using (account_id) where visit_id = ? and ended_elsewhere = 1",
            (visit_id,),
        ).fetchone()
        return read_account(row) if row else None

    def end_visit(self, visit_id: str) -> None:
        """Sign one browser out."""
        self._connection.execute(
            "update visits set ended_at = ?, id_token = null where visit_id = ? and ended_at is null", (now(), visit_id)
        )

    def switch_visit(self, visit_id: str, account_id: str) -> None:
        """Let a visit go on with another account, if the visit's own person verified that one too."""
        self._connection.execute(
            "update visits set account_id = :account where visit_id = :visit and ended_at is null and subject ="
            " (select subject from accounts where account_id = :account)",
            {"visit": visit_id, "account": account_id},
        )

    def end_visits(self, subject: str | None, provider_session: str | None) -> set[str]:
        """Sign out what a log-out token names: one session of the provider, or all of a subject's.

        Returns the subjects concerned.
        """
        rows = self._connection.execute(
            "update visits set ended_at = :now, ended_elsewhere = 1, id_token = null where ended_at is null"
            " and (:session is null or provider_session = :session) and (:subject is null or subject = :subject)"
            " and subject is not null returning subject",
            {"now": now(), "session": provider_session, "subject": subject},
        ).fetchall()
        named = {subject} if subject else set()
        return named | {row["subject"] for row in rows}

    def remember_log_out_token(self, jti: str, keep_seconds: int) -> bool:
        """True the first time a log-out token is seen, False when it is a replay."""
        self._connection.execute("delete from log_out_tokens where seen_at < ?", (now() - keep_seconds,))
        first = self._connection.execute(
            "insert into log_out_tokens (jti, seen_at) values (?, ?) on conflict do nothing", (jti, now())
        )
        return first.rowcount == 1


def read_account(row: sqlite3.Row) -> Account:
    """An account out of its row."""
    return Account(
        account_id=row["account_id"],
        handle=row["handle"],
        created_at=row["created_at"],
        resident=bool(row["resident"]),
        subject=row["subject"],
        status=json.loads(row["standing"]) if row["standing"] else None,
        checked_at=row["checked_at"],
        kept=json.loads(row["kept"]) if row["kept"] else None,
        told=json.loads(row["told"]) if row["told"] else None,
        link_ended_at=row["link_ended_at"],
    )
