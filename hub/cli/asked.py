"""What a command line names: days, numbers of the log, files, partners. What there is none of is said in one line."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from hub.cli.context import MISUSED, fail
from hub.model.documents import DOCUMENTS, DocType
from hub.model.exchange import row_number
from hub.settings import Settings
from hub.store import LogQuery, Tx

_UNREAD = {FileNotFoundError: "there is no such file", IsADirectoryError: "is a folder, not a file"}


def as_instant(text: str | None, *, after: bool = False) -> datetime | None:
    """Return a day or instant given on the command line as an instant, UTC; with `after` the end of the day."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
        if after and len(text) == len(date.min.isoformat()):
            found = found.replace(hour=23, minute=59, second=59, microsecond=999999)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):  # no date, or one that is in no year of the calendar in UTC
        fail(f"{text!r} is no date; write 2026-11-22 or 2026-11-22T14:00", MISUSED)


def number_of(text: str) -> int:
    """Return a number of the log as it is written, or end the command."""
    found = row_number(text)
    if found is None:
        fail(f"{text!r} is no number of the log; `hub log` lists them", MISUSED)
    return found


def bytes_of(file: Path) -> bytes:
    """Return the bytes of a file, or end the command."""
    try:
        return file.read_bytes()
    except OSError as fault:
        fail(f"{file}: {why_unread(fault)}", MISUSED)


def why_unread(fault: OSError) -> str:
    """Return in words why a file cannot be read."""
    return _UNREAD.get(type(fault), (fault.strerror or str(fault)).lower())


def require_partner(tx: Tx, settings: Settings, key: str | None) -> None:
    """End the command when a partner has neither a profile nor anything in the log; none named is every one.

    A word that is nobody's key would look like a partner with whom all is well.
    """
    if not key or (Path(settings.paths.partners) / f"{key}.toml").is_file():
        return
    if not tx.find_exchanges(LogQuery(partner=key, limit=1)) and not tx.transmissions(partner=key, limit=1):
        fail(f"there is no partner {key!r}; `hub partner list` shows them", MISUSED)


def document_named(name: str) -> DocType:
    """Return a kind of document by its name or the number of its X12 set; ends the command when there is none."""
    from translators.x12.sets import doctype

    known = {kind.value: kind for kind in DOCUMENTS}
    kind = known.get(name.lower().replace("-", "_").replace(" ", "_"), doctype(name))
    if kind not in DOCUMENTS:
        fail(f"there is no document {name!r}; write one of {', '.join(known)}", MISUSED)
    return kind
