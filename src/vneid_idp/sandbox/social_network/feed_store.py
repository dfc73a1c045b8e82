"""Posts, comments, likes, shares and simulated livestreams."""

import secrets
import sqlite3
from dataclasses import dataclass

from .accounts import Account
from .store import now, read_account

SCHEMA = """
create table if not exists posts (
    post_id text primary key, account_id text not null, text text not null, text_en text, created_at integer not null,
    shared_post_id text, picture text);
create index if not exists posts_by_time on posts (created_at);
create table if not exists comments (
    comment_id text primary key, post_id text not null, account_id text not null, text text not null, text_en text,
    created_at integer not null);
create index if not exists comments_by_post on comments (post_id, created_at);
create table if not exists likes (post_id text not null, account_id text not null, primary key (post_id, account_id));
create table if not exists streams (
    stream_id text primary key, account_id text not null, title text not null, commercial integer not null,
    started_at integer not null, ended_at integer);
"""

_COUNTS = """
    (select count(*) from comments c where c.post_id = p.post_id) as comments,
    (select count(*) from likes l where l.post_id = p.post_id) as likes,
    (select count(*) from posts s where s.shared_post_id = p.post_id) as shares,
    exists (select 1 from likes l where l.post_id = p.post_id and l.account_id = :reader) as liked
"""


@dataclass(frozen=True, slots=True)
class Post:
    """A post as one reader sees it. `shared` is the post that this one passes on."""

    post_id: str
    author: Account
    text: str
    text_en: str | None
    created_at: int
    picture: str | None
    comments: int
    likes: int
    shares: int
    liked: bool
    shared: "Post | None" = None


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment under a post."""

    author: Account
    text: str
    text_en: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Stream:
    """A simulated livestream."""

    stream_id: str
    author: Account
    title: str
    commercial: bool
    started_at: int
    ended_at: int | None


class Feed:
    """What people said."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(SCHEMA)

    def latest(self, reader: str | None, limit: int = 40) -> list[Post]:
        """The newest posts, newest first, with what `reader` (an account id) liked."""
        rows = self._connection.execute(
            f"select p.*, {_COUNTS} from posts p order by p.created_at desc, p.rowid desc limit :limit",  # noqa: S608 – constants
            {"reader": reader, "limit": limit},
        ).fetchall()
        return [self._post(row, reader) for row in rows]

    def authors_of_latest(self, limit: int = 40) -> list[Account]:
        """Whoever wrote what `latest` shows, or what is passed on there."""
        rows = self._connection.execute(
            "select distinct a.* from (select * from posts order by created_at desc, rowid desc limit ?) p"
            " left join posts s on s.post_id = p.shared_post_id join accounts a"
            " on a.account_id in (p.account_id, s.account_id)",
            (limit,),
        ).fetchall()
        return [read_account(row) for row in rows]

    def authors_of_post(self, post_id: str) -> list[Account]:
        """Whoever wrote a post, what it passes on, or a comment under it."""
        rows = self._connection.execute(
            "select a.* from accounts a where a.account_id in (select account_id from posts where post_id = :post"
            " union select s.account_id from posts p join posts s on s.post_id = p.shared_post_id"
            " where p.post_id = :post union select account_id from comments where post_id = :post)",
            {"post": post_id},
        ).fetchall()
        return [read_account(row) for row in rows]

    def find_post(self, post_id: str, reader: str | None) -> Post | None:
        """One post."""
        row = self._connection.execute(
            f"select p.*, {_COUNTS} from posts p where p.post_id = :post_id",  # noqa: S608 – constants
            {"reader": reader, "post_id": post_id},
        ).fetchone()
        return self._post(row, reader) if row else None

    def add_post(
        self,
        account_id: str,
        text: str,
        *,
        text_en: str | None = None,
        shared: str | None = None,
        picture: str | None = None,
        created_at: int | None = None,
    ) -> str:
        """Publish, and return the post's id."""
        post_id = secrets.token_hex(8)
        self._connection.execute(
            "insert into posts (post_id, account_id, text, text_en, created_at, shared_post_id, picture)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (post_id, account_id, text, text_en, created_at or now(), shared, picture),
        )
        return post_id

    def comments_of(self, post_id: str) -> list[Comment]:
        """The comments under a post, oldest first."""
        rows = self._connection.execute(
            "select * from comments where post_id = ? order by created_at, rowid", (post_id,)
        ).fetchall()
        return [Comment(self._author(row), row["text"], row["text_en"], row["created_at"]) for row in rows]

    def add_comment(
        self, post_id: str, account_id: str, text: str, *, text_en: str | None = None, created_at: int | None = None
    ) -> None:
        """Say something under a post."""
        self._connection.execute(
            "insert into comments (comment_id, post_id, account_id, text, text_en, created_at)"
            " values (?, ?, ?, ?, ?, ?)",
            (secrets.token_hex(8), post_id, account_id, text, text_en, created_at or now()),
        )

    def toggle_like(self, post_id: str, account_id: str) -> None:
        """Like a post, or take the like back."""
        key = (post_id, account_id)
        removed = self._connection.execute("delete from likes where post_id = ? and account_id = ?", key)
        if not removed.rowcount:
            self._connection.execute("insert into likes (post_id, account_id) values (?, ?)", key)

    def start_stream(self, account_id: str, title: str, *, commercial: bool) -> str:
        """Go live, and return the stream's id."""
        stream_id = secrets.token_hex(8)
        self._connection.execute(
            "insert into streams (stream_id, account_id, title, commercial, started_at) values (?, ?, ?, ?, ?)",
            (stream_id, account_id, title, int(commercial), now()),
        )
        return stream_id

    def end_stream(self, stream_id: str, account_id: str) -> None:
        """End an own stream."""
        self._connection.execute(
            "update streams set ended_at = ? where stream_id = ? and account_id = ? and ended_at is null",
            (now(), stream_id, account_id),
        )

    def end_streams(self, account_id: str, *, commercial: bool) -> None:
        """End what the account is sending, of one of the two kinds."""
        self._connection.execute(
            "update streams set ended_at = ? where account_id = ? and commercial = ? and ended_at is null",
            (now(), account_id, int(commercial)),
        )

    def find_stream(self, stream_id: str) -> Stream | None:
        """One stream, running or ended."""
        row = self._connection.execute("select * from streams where stream_id = ?", (stream_id,)).fetchone()
        return self._stream(row) if row else None

    def running_streams(self) -> list[Stream]:
        """Who is live, newest first."""
        rows = self._connection.execute(
            "select * from streams where ended_at is null order by started_at desc, rowid desc limit 12"
        ).fetchall()
        return [self._stream(row) for row in rows]

    @property
    def is_empty(self) -> bool:
        """Whether nobody has posted yet: a fresh database, to be furnished."""
        return self._connection.execute("select 1 from posts limit 1").fetchone() is None

    def _post(self, row: sqlite3.Row, reader: str | None) -> Post:
        return Post(
            post_id=row["post_id"],
            author=self._author(row),
            text=row["text"],
            text_en=row["text_en"],
            created_at=row["created_at"],
            picture=row["picture"],
            comments=row["comments"],
            likes=row["likes"],
            shares=row["shares"],
            liked=bool(row["liked"]),
            shared=self.find_post(row["shared_post_id"], reader) if row["shared_post_id"] else None,
        )

    def _stream(self, row: sqlite3.Row) -> Stream:
        return Stream(
            stream_id=row["stream_id"],
            author=self._author(row),
            title=row["title"],
            commercial=bool(row["commercial"]),
            started_at=row["started_at"],
            ended_at=row["ended_at"],
        )

    def _author(self, row: sqlite3.Row) -> Account:
        author = self._connection.execute(
            "select * from accounts where account_id = ?", (row["account_id"],)
        ).fetchone()
        return read_account(author)
