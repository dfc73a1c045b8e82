"""What the carrier keeps, in SQLite: customers with what the law has it keep of them, their numbers, and what is under
way."""

import json
import secrets
import sqlite3
import time
from dataclasses import astuple, dataclass, replace

from .details import AT_OUR_POINT, IN_IDENTITY_APP, Json, subscriber_number

SCHEMA = """
create table if not exists customers (
    subject text primary key, full_name text not null, birthdate text not null, id_number text not null,
    since integer not null);
create table if not exists numbers (
    phone text primary key, subject text not null, number_id text not null, channel text not null,
    contract text not null, sequence integer not null, receipt text not null, bound_at integer not null);
create index if not exists numbers_by_subject on numbers (subject, bound_at);
create table if not exists counted (who text primary key, numbers integer not null);
create table if not exists trips (
    state text primary key, browser text not null, kind text not null, order_id text, nonce text not null,
    code_verifier text not null, started_at integer not null);
create index if not exists trips_by_time on trips (started_at);
create table if not exists orders (
    order_id text primary key, browser text not null, phone text not null, channel text not null,
    contract text not null, sequence integer not null, started_at integer not null, code text,
    tries integer not null default 0, subject text, person text, access_token text);
create index if not exists orders_by_time on orders (started_at);
create table if not exists asks (
    ask_id text primary key, browser text not null, phone text not null, sequence integer not null,
    auth_req_id text not null, bearer text not null, number_to_show text not null, expires_at integer not null,
    started_at integer not null, state text not null);
create unique index if not exists asks_by_request on asks (auth_req_id);
create index if not exists asks_by_time on asks (started_at);
create table if not exists counters (
    order_id text primary key, browser text not null, device_code text not null, user_code text not null,
    address text not null, person text not null, interval integer not null, next_at integer not null,
    started_at integer not null);
create index if not exists counters_by_time on counters (started_at);
"""

LIFE_SECONDS = 60 * 60
"""How long a trip to the provider or an order may take."""
MOST = 10_000
"""How many of each may be under way; the oldest makes room."""


def now() -> int:
    """Seconds since the epoch."""
    return int(time.time())


def open_database(path: str) -> sqlite3.Connection:
    """The database with its tables; each statement is a transaction."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.executescript(SCHEMA)
    return connection


@dataclass(frozen=True, slots=True)
class Trip:
    """A visit to the provider: whose browser, what for, and what proves that an answer belongs to it."""

    state: str
    browser: str
    kind: str
    """`buy` or `signin`."""
    order_id: str | None
    nonce: str
    code_verifier: str
    started_at: int


@dataclass(frozen=True, slots=True)
class Order:
    """A number that somebody is buying."""

    order_id: str
    browser: str
    phone: str
    channel: str
    """Where it is registered."""
    contract: str
    sequence: int
    """Which number of theirs it is."""
    started_at: int
    code: str | None = None
    """What was sent to their first number and they have not typed yet; nothing for a first number."""
    tries: int = 0
    subject: str | None = None
    """The provider's name for the buyer; nothing before they confirmed the number."""
    person: Json | None = None
    access_token: str | None = None
    """What the buyer agreed to: the number is bound with it, once."""

    @property
    def contract_reference(self) -> str | None:
        """By which we find the contract that is signed at a counter; in our app there is none."""
        return f"HD-{self.order_id[:10]}" if self.channel == AT_OUR_POINT else None

    @property
    def detail(self) -> Json:
        """What the buyer is asked to confirm."""
        return subscriber_number(self.phone, self.channel, self.contract, self.sequence)


@dataclass(frozen=True, slots=True)
class Ask:
    """What we ask somebody in the identity app by ourselves (CIBA): whether an old number of ours is theirs."""

    ask_id: str
    browser: str
    phone: str
    sequence: int
    auth_req_id: str
    bearer: str
    """What the provider shows when it tells us that there is an answer."""
    number_to_show: str
    """The digits that the person picks in the app."""
    expires_at: int
    started_at: int
    state: str = "asked"
    """`asked`, or the code of the outcome."""

    @property
    def detail(self) -> Json:
        """What the person is asked to confirm."""
        return subscriber_number(self.phone, IN_IDENTITY_APP, "prepaid", self.sequence)


@dataclass(frozen=True, slots=True)
class Counter:
    """A customer at a point of sale, who confirms a number on their own phone (device grant, RFC 8628)."""

    order_id: str
    browser: str
    device_code: str
    user_code: str
    """What the customer types."""
    address: str
    """Where they type it."""
    person: Json
    """What the clerk read from their papers."""
    interval: int
    """Seconds between two polls."""
    next_at: int
    started_at: int


@dataclass(frozen=True, slots=True)
class Number:
    """A number in somebody's name."""

    phone: str
    subject: str
    number_id: str
    channel: str
    """Where they registered it."""
    contract: str
    sequence: int
    receipt: str
    """What the provider signed about the comparison with the register; empty where there was none."""
    bound_at: int


class Store:
    """All of it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def sold(self) -> set[str]:
        """The numbers that are somebody's."""
        return {row["phone"] for row in self._connection.execute("select phone from numbers")}

    def numbers_of(self, subject: str) -> list[Number]:
        """Somebody's numbers, in the order in which they got them."""
        rows = self._connection.execute("select * from numbers where subject = ? order by bound_at, phone", (subject,))
        return [Number(*row) for row in rows]

    def add_number(self, number: Number) -> None:
        """A number has become somebody's, or was proved once more; nobody else's becomes theirs."""
        self._connection.execute(
            "insert into numbers values (?, ?, ?, ?, ?, ?, ?, ?) on conflict (phone) do update set"
            " number_id = excluded.number_id, channel = excluded.channel, receipt = excluded.receipt"
            " where subject = excluded.subject",
            astuple(number),
        )

    def count_up(self, who: str, numbers: int) -> None:
        """Somebody, a subject or a phone number, has at least so many numbers of ours, also such as are not listed
        here: the provider finds them in our register, and refuses one that is counted as if they were not."""
        self._connection.execute(
            "insert into counted values (?, ?)"
            " on conflict (who) do update set numbers = max(numbers, excluded.numbers)",
            (who, numbers),
        )

    def next_sequence(self, *whose: str) -> int:
        """Which number of somebody's the next one is, as far as we know of them by any of these."""
        listed = max((len(self.numbers_of(who)) for who in whose), default=0)
        marks = ", ".join("?" * len(whose))
        (counted,) = self._connection.execute(
            f"select coalesce(max(numbers), 0) from counted where who in ({marks})",  # noqa: S608 (question marks)
            whose,
        ).fetchone()
        return max(listed, int(counted)) + 1

    def forget_number(self, phone: str, subject: str) -> None:
        """A number is nobody's again, and can be sold anew."""
        self._connection.execute("delete from numbers where phone = ? and subject = ?", (phone, subject))

    def keep_customer(self, subject: str, person: Json) -> None:
        """Keep what the law has us keep of a subscriber."""
        self._connection.execute(
            "insert or replace into customers values (?, ?, ?, ?, ?)",
            (subject, person["full_name"], person["birthdate"], person["id_number"], now()),
        )

    def customer(self, subject: str) -> Json | None:
        """What we keep of somebody."""
        row = self._connection.execute("select * from customers where subject = ?", (subject,)).fetchone()
        return None if row is None else dict(row)

    def begin_trip(self, trip: Trip) -> None:
        """Keep a trip until its answer comes."""
        self._make_room("trips")
        self._connection.execute("insert into trips values (?, ?, ?, ?, ?, ?, ?)", astuple(trip))

    def end_trip(self, state: str, browser: str) -> Trip | None:
        """The trip of this browser to which an answer belongs; it is over with that. A second answer finds none."""
        row = self._connection.execute(
            "delete from trips where state = ? and browser = ? and started_at >= ? returning *",
            (state, browser, now() - LIFE_SECONDS),
        ).fetchone()
        return None if row is None else Trip(*row)

    def begin_order(self, order: Order) -> None:
        """Keep an order."""
        self._make_room("orders")
        self._connection.execute(
            "insert into orders (order_id, browser, phone, channel, contract, sequence, started_at, code)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            astuple(order)[:8],
        )

    def order(self, order_id: str, browser: str) -> Order | None:
        """An order of this browser that is under way."""
        row = self._connection.execute(
            "select * from orders where order_id = ? and browser = ? and started_at >= ?",
            (order_id, browser, now() - LIFE_SECONDS),
        ).fetchone()
        if row is None:
            return None
        return Order(**{**dict(row), "person": json.loads(row["person"]) if row["person"] else None})

    def type_code(self, order_id: str, typed: str) -> int | None:
        """Take a code that was typed: None where it is the right one, else how often a wrong one was typed."""
        row = self._connection.execute(
            "update orders set tries = tries + 1 where order_id = ? returning code, tries", (order_id,)
        ).fetchone()
        if row["code"] is not None and not secrets.compare_digest(row["code"].encode(), typed.encode()):
            return int(row["tries"])
        self._connection.execute("update orders set code = null where order_id = ?", (order_id,))
        return None

    def confirm_order(self, order_id: str, subject: str, person: Json, access_token: str) -> None:
        """The buyer came back with what they agreed to."""
        self._connection.execute(
            "update orders set subject = ?, person = ?, access_token = ? where order_id = ?",
            (subject, json.dumps(person), access_token, order_id),
        )

    def end_order(self, order_id: str) -> None:
        """Forget an order, and the token with it."""
        self._connection.execute("delete from orders where order_id = ?", (order_id,))

    def begin_counter(self, counter: Counter) -> None:
        """Keep who stands at the counter until they answered."""
        self._make_room("counters")
        self._connection.execute(
            "insert into counters values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            astuple(replace(counter, person=json.dumps(counter.person))),  # type: ignore[arg-type]
        )

    def counter(self, order_id: str, browser: str) -> Counter | None:
        """Who stands at the counter of this tablet."""
        row = self._connection.execute(
            "select * from counters where order_id = ? and browser = ? and started_at >= ?",
            (order_id, browser, now() - LIFE_SECONDS),
        ).fetchone()
        return None if row is None else Counter(**{**dict(row), "person": json.loads(row["person"])})

    def next_poll(self, order_id: str, seconds: int) -> bool:
        """Whether it is time to poll, and that the next time is so many seconds away."""
        polled = self._connection.execute(
            "update counters set next_at = ? where order_id = ? and next_at <= ?", (now() + seconds, order_id, now())
        )
        return polled.rowcount == 1

    def end_counter(self, order_id: str) -> None:
        """They answered."""
        self._connection.execute("delete from counters where order_id = ?", (order_id,))

    def begin_ask(self, ask: Ask) -> None:
        """Keep what we asked until there is an answer."""
        self._make_room("asks")
        self._connection.execute("insert into asks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(ask))

    def ask(self, ask_id: str, browser: str) -> Ask | None:
        """What this browser had us ask."""
        row = self._connection.execute(
            "select * from asks where ask_id = ? and browser = ?", (ask_id, browser)
        ).fetchone()
        return None if row is None else Ask(*row)

    def ask_of_request(self, auth_req_id: str) -> Ask | None:
        """What an answer of the provider is about."""
        row = self._connection.execute("select * from asks where auth_req_id = ?", (auth_req_id,)).fetchone()
        return None if row is None else Ask(*row)

    def end_ask(self, ask_id: str, state: str) -> None:
        """Note how it ended."""
        self._connection.execute("update asks set state = ? where ask_id = ?", (state, ask_id))

    def _make_room(self, table: str) -> None:
        self._connection.execute(f"delete from {table} where started_at < ?", (now() - LIFE_SECONDS,))  # noqa: S608
        self._connection.execute(
            f"delete from {table} where rowid in"  # noqa: S608 (one of our names)
            f" (select rowid from {table} order by started_at desc, rowid desc limit -1 offset ?)",
            (MOST,),
        )
