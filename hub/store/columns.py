"""Column types that mean the same on SQLite and PostgreSQL: instants, words from partners, JSON values."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text, TypeDecorator

T = TypeVar("T")

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

#: Characters kept of what is indexed. Four columns of so many fit into one B-tree entry of PostgreSQL (2,704
#: bytes) even when each character takes four bytes, and a hostile "order number" may well be like that.
SHORT = 150

#: Row ids: 64 bits everywhere (SQLite counts up only in a column that is called INTEGER).
RowId = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An instant with microseconds; aware on our side, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware datetime into UTC; a naive one is a mistake in the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant needs a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Give back an aware UTC datetime."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text that may come from a partner, made storable.

    PostgreSQL refuses NUL characters and neither database takes lone surrogates (a file name that is not
    UTF-8 has them); both become U+FFFD. `limit` cuts what is indexed.
    """

    impl = Text
    cache_ok = True

    def __init__(self, limit: int | None = None) -> None:
        super().__init__()
        self.limit = limit

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return the text that is stored (also for enum members, as their plain value)."""
        return None if value is None else storable(str(value))[: self.limit]


class Name(TypeDecorator[str]):
    """A short name of our own making that tells one thing from all others: a lane, a scope, a key.

    Cutting it could make two things one, so a name that is too long is refused.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """Return the name, fit to be stored; raise ValueError when it has more than 150 characters."""
        if value is not None and len(value) > SHORT:
            raise ValueError(
                f"a name of {len(value)} characters is too long (at most {SHORT}): {value[:40]!r}..."
            )
        return None if value is None else storable(value)


def storable(text: str) -> str:
    """Return the text with U+FFFD for each character that a database cannot take."""
    return _UNSTORABLE.sub("\ufffd", text)


def to_json(value: object) -> str:
    """Encode a value (structs, decimals, instants ...) as JSON text that both databases take."""
    try:
        return msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # lone surrogates from a partner's file
        return msgspec.json.encode(_cleaned(msgspec.to_builtins(value))).decode()


def from_json(text: str, of: type[T]) -> T:
    """Decode JSON text into a value of that type."""
    return msgspec.json.decode(text, type=of)


def _cleaned(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case dict():
            return {storable(str(key)): _cleaned(item) for key, item in value.items()}
        case list() | tuple():
            return [_cleaned(item) for item in value]
        case _:
            return value
