"""Say how far a database is migrated, without changing it."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from msgspec import Struct
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from hub.model.errors import Retryable
from hub.store.engine import make_engine
from hub.store.migrate import alembic_config


class Revision(Struct, frozen=True):
    """Where a database stands. `current` is empty for one without tables; `newest` is what this hub needs."""

    current: str
    newest: str

    @property
    def behind(self) -> bool:
        """Say whether the next start will migrate it."""
        return self.current != self.newest


def read_revision(url: str) -> Revision:
    """Return the revision of a database; a SQLite file that does not exist yet is not made.

    Raises ConfigError for a URL that names no database, Retryable when the database does not answer.
    """
    newest = newest_revision()
    if url.startswith("sqlite") and not Path(make_url(url).database or "").is_file():
        return Revision("", newest)
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            return Revision(MigrationContext.configure(connection).get_current_revision() or "", newest)
    except SQLAlchemyError as error:
        raise Retryable(f"the database does not answer: {str(error.__cause__ or error).strip()}") from error
    finally:
        engine.dispose()


def newest_revision() -> str:
    """Return the revision that this version of the hub works with."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head() or ""
