"""Polled requests, and whom people do not want to hear from. A request stands for minutes and is swept."""

from sqlalchemy import BigInteger, Column, Index, Table, Text

from vneid_idp.storage.metadata import metadata

polled_requests = Table(
    "polled_requests",
    metadata,
    Column("request_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    # A digest of what the client polls with, 256 random bits; of the code that people type a keyed one, since it is
    # short.
    Column("handle", Text, nullable=False, unique=True),
    Column("user_code", Text, unique=True),
    # Who is asked; nobody for a code, nor where a hint means nobody.
    Column("person_id", Text),
    # Sealed, since it may hold personal data: the request, from where, and how its client hears of an answer.
    Column("sealed", Text, nullable=False),
    Column("opened_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("interval", BigInteger, nullable=False),
    # From when on the client may ask again, and when it last did too soon.
    Column("polls_from", BigInteger, nullable=False),
    Column("slowed_at", BigInteger),
    # The number that the client shows, and those among which the person picks.
    Column("number", Text),
    Column("numbers", Text),
    # When and on which phone the person took it in hand, by the right number where there is one. None in the sandbox,
    # where nobody has a phone in hand.
    Column("picked_at", BigInteger),
    Column("phone_id", Text),
    # How much of its course stands in the person's history (`rules.OnRecord`); nothing of one that waits for nobody.
    Column("on_record", Text),
    Column("answered_at", BigInteger),
    Column("outcome", Text),
    # Of an approved one: the grant that one poll opens, and the sealed authorisation.
    Column("grant_id", Text),
    Column("authorisation", Text),
    # Whether what was approved rests on the person's phone number; unknown of what earlier versions wrote.
    Column("by_message", BigInteger),
    Index("ix_polled_requests_person", "person_id", "expires_at"),
    Index("ix_polled_requests_expires_at", "expires_at"),
)

disowned_clients = Table(
    "disowned_clients",
    metadata,
    # Of whom a person said that a request was not theirs, and until when they hear no more from there.
    Column("person_id", Text, primary_key=True),
    Column("client_id", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Index("ix_disowned_clients_until", "until"),
)
