"""The whole story of one exchange or file: the command line and the ops pages tell the same one."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

import msgspec
from msgspec import Struct

from hub.excerpt import excerpt
from hub.formats import Formats
from hub.model.envelope import Envelope
from hub.model.errors import Undeliverable
from hub.model.exchange import OWNERS, Direction, Exchange, State, Transmission
from hub.model.finding import Finding
from hub.store import (
    ACTIVE_STATES,
    Acknowledgment,
    Artifact,
    Event,
    LogQuery,
    NotFound,
    Outage,
    Store,
    StuckFile,
    Tx,
)
from translators.records.sources import SourceTable, decode_part, shown_row
from translators.x12.annotate import annotate
from translators.x12.isa import LONGEST, mask_isa

#: A file of ours up to this many bytes is opened to count its segments from ST, as a partner's 997 does.
MOST_OPENED_BYTES = 4_000_000

#: Waiting exchanges are counted up to here.
MOST_COUNTED = 1000


class Line(Struct, frozen=True):
    """A segment, row or line of the document as received, with what was found there."""

    number: int  # X12: ST = 1; other formats: 1-based row
    text: str
    name: str = ""  # what the segment is called
    findings: tuple[Finding, ...] = ()


class Story(Struct, frozen=True, kw_only=True):
    """Everything that the log knows of one exchange."""

    exchange: Exchange
    transmission: Transmission | None
    owner: str  # whose move it is; empty when nobody's
    lines: tuple[Line, ...]
    left_out: int  # lines that are not among `lines`
    findings: tuple[Finding, ...]
    canonical: str  # JSON, empty when there is none yet
    canonical_left_out: int = 0  # bytes of it that are not in `canonical`
    trouble: str = ""  # why bytes that should be there can't be shown
    events: tuple[Event, ...]
    artifacts: tuple[Artifact, ...]
    acknowledged: tuple[Acknowledgment, ...]  # acknowledgments of this exchange, both ways
    answers: tuple[Acknowledgment, ...]  # when this is an acknowledgment: what it answers
    related: tuple[Exchange, ...]  # the others of the same order


class _Lines(Struct, frozen=True):
    lines: tuple[Line, ...]
    left_out: int


class FileStory(Struct, frozen=True, kw_only=True):
    """Everything that the log knows of one file."""

    transmission: Transmission
    findings: tuple[Finding, ...]
    events: tuple[Event, ...]
    exchanges: tuple[Exchange, ...]


class Queue(Struct, frozen=True):
    """The exchanges that wait in one state, and whose move it is."""

    state: State
    owner: str
    count: int
    oldest: tuple[Exchange, ...]


def tell(store: Store, formats: Formats, exchange_id: int, most_canonical: int = -1) -> Story:
    """Return the story of an exchange; raise NotFound when there is none with that number.

    `most_canonical` is how many bytes of the canonical document are wanted; -1 means all of them.
    """
    with store.read() as tx:
        exchange = tx.exchange(exchange_id)
        findings = _distinct(tx.findings(exchange_id=exchange_id))
        artifacts = tuple(tx.artifacts(exchange_id))
        latest = {artifact.kind: artifact for artifact in artifacts}  # of each kind the last one holds
        try:
            canonical, cut = _canonical(tx, latest.get("canonical"), most_canonical)
            shown, trouble = _lines(tx, exchange, latest.get(_body(exchange)), findings, formats), ""
        except Undeliverable as fault:  # the archive lost the bytes: that is when somebody needs the story
            canonical, cut, shown, trouble = "", 0, _Lines((), 0), str(fault)
        return Story(
            exchange=exchange,
            transmission=_transmission(tx, exchange),
            owner=OWNERS.get(exchange.state, ""),
            lines=shown.lines,
            left_out=shown.left_out,
            findings=_distinct([*_of_the_file(tx, exchange), *findings]),
            canonical=canonical,
            canonical_left_out=cut,
            trouble=trouble,
            events=tuple(tx.events(exchange_id=exchange_id)),
            artifacts=artifacts,
            acknowledged=tuple(tx.acknowledgments(exchange_id)),
            answers=tuple(tx.acknowledged_by(exchange_id)),
            related=_related(tx, exchange),
        )


def _of_the_file(tx: Tx, exchange: Exchange) -> list[Finding]:
    """Return what was said of the whole file in which a document came, such as lines that were skipped."""
    if exchange.direction is not Direction.IN or exchange.transmission_id is None:
        return []
    return tx.findings(transmission_id=exchange.transmission_id)


def tell_file(store: Store, transmission_id: int) -> FileStory:
    """Return the story of a file; raise NotFound when there is none with that number."""
    with store.read() as tx:
        return FileStory(
            transmission=tx.transmission(transmission_id),
            findings=tuple(tx.findings(transmission_id=transmission_id)),
            events=tuple(tx.events(transmission_id=transmission_id)),
            exchanges=tuple(tx.exchanges_of_transmission(transmission_id)),
        )


def raw(store: Store, exchange_id: int, kind: str = "") -> bytes:
    """Return bytes of an exchange: of one kind, or as received or sent. Raise NotFound when there are none."""
    with store.read() as tx:
        exchange = tx.exchange(exchange_id)
        data = tx.artifact(exchange_id, kind or _body(exchange))
    if data is None:
        what = f"{kind} document" if kind else "bytes"
        raise NotFound(f"exchange {exchange_id} has no {what} yet: it is {exchange.state}")
    return data


def raw_file(store: Store, transmission_id: int) -> bytes:
    """Return a file as it was picked up; raise NotFound when it was never read."""
    with store.read() as tx:
        transmission = tx.transmission(transmission_id)
        if not transmission.sha256:
            raise NotFound(f"file T{transmission_id} was never read: {transmission.why}")
        return tx.file_bytes(transmission)


def queues(store: Store, each: int = 5) -> tuple[tuple[Queue, ...], tuple[Transmission, ...]]:
    """Return what waits for somebody, by state, and the quarantined files."""
    found: list[Queue] = []
    with store.read() as tx:
        counts = tx.count_by_state(only=OWNERS, files=False)  # files are listed apart
        for state, owner in OWNERS.items():
            waiting = tx.find_exchanges(LogQuery(states=(state,), limit=each, oldest_first=True))
            if waiting:
                found.append(Queue(state, owner, max(counts.get(state, 0), len(waiting)), tuple(waiting)))
        found += _tried_again(tx, each)
        files = tx.transmissions(state=State.QUARANTINED) + tx.transmissions(state=State.DEAD)
    return tuple(found), tuple(files)


def away(store: Store) -> list[Outage]:
    """Return whom the processes of the hub find away just now."""
    with store.read() as tx:
        return tx.outages()


def stuck(store: Store) -> list[StuckFile]:
    """Return the files that lie in partners' mailboxes and are not taken, as of the last polls."""
    with store.read() as tx:
        return tx.stuck()


def _tried_again(tx: Tx, each: int) -> list[Queue]:
    """Return what some outage holds up, by state: the hub goes on by itself, and people should know."""
    found = []
    for state in sorted(ACTIVE_STATES - set(OWNERS)):
        waiting = tx.find_exchanges(
            LogQuery(states=(state,), tried=True, limit=MOST_COUNTED, oldest_first=True)
        )
        if waiting:
            owner = "the hub, which tries again by itself"
            found.append(Queue(state, owner, len(waiting), tuple(waiting[:each])))
    return found


def _transmission(tx: Tx, exchange: Exchange) -> Transmission | None:
    return None if exchange.transmission_id is None else tx.transmission(exchange.transmission_id)


def _related(tx: Tx, exchange: Exchange) -> tuple[Exchange, ...]:
    if not exchange.order_number:
        return ()
    found = tx.exchanges_of_order(exchange.partner, exchange.order_number)
    return tuple(e for e in found if e.id != exchange.id)


def _distinct(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings without those that a later stage only carried on."""
    seen: set[tuple[str, str, str]] = set()
    kept = []
    for finding in findings:
        mark = (finding.problem, str(finding.where), finding.value)
        if mark not in seen:
            seen.add(mark)
            kept.append(finding)
    return tuple(kept)


def _body(exchange: Exchange) -> str:
    """Return the kind of artifact that holds the exchange's own bytes."""
    return "payload" if exchange.direction is Direction.IN else "sent"


def _canonical(tx: Tx, artifact: Artifact | None, most: int) -> tuple[str, int]:
    """Return the canonical document, or its beginning, and how many bytes are left out."""
    if artifact is None:
        return "", 0
    with tx.open_artifact(artifact) as source:
        data = source.read(most)
    return data.decode("utf-8", "ignore"), artifact.size - len(data)


def _lines(
    tx: Tx, exchange: Exchange, artifact: Artifact | None, findings: Iterable[Finding], formats: Formats
) -> _Lines:
    """Return the lines to show with what was found in each, and how many are left out."""
    if artifact is None:
        return _Lines((), 0)
    x12 = exchange.envelope.format == "x12"
    table = _record_part(tx, artifact) if exchange.envelope.format == "records" else None
    rows: dict[int | None, int] = {row.number: n for n, row in enumerate(table.rows, 2)} if table else {}
    places: dict[int, list[Finding]] = {}
    for finding in findings:
        place = finding.where.segment_number if x12 else rows.get(finding.where.row, finding.where.row)
        if place is not None:
            places.setdefault(place, []).append(finding)
    ending = (exchange.envelope.delimiters.segment or "~") if x12 else "\n"
    with tx.open_artifact(artifact) as file:
        source = _document(exchange, artifact, file, formats) if x12 else file
        begin = mask_isa(source.read(LONGEST).decode("latin-1")).encode("latin-1") if x12 else b""
        blanks = ending not in "\r\n" or not x12
        found = excerpt(source, ending.encode("latin-1", "replace"), places, blanks=blanks, begin=begin)
    shown = tuple(
        Line(number, text, name, tuple(places.get(number, ())))
        for number, (text, name) in ((n, _read(piece, exchange.envelope, table)) for n, piece in found.lines)
    )
    return _Lines(shown, found.left_out)


def _record_part(tx: Tx, artifact: Artifact) -> SourceTable | None:
    """Return the rows that are kept of a part of a file of records; None for a file that we sent."""
    with tx.open_artifact(artifact) as file:
        try:
            return decode_part(file.read())
        except msgspec.DecodeError:
            return None


def _read(piece: bytes, envelope: Envelope, table: SourceTable | None) -> tuple[str, str]:
    """Return a line or segment as text, and what the segment is called. ISA02 and ISA04 may be passwords."""
    if table is not None:
        return shown_row(piece, table), ""
    if envelope.format == "x12":
        segments = annotate(piece + envelope.delimiters.segment.encode("latin-1", "replace"), envelope)
        return (mask_isa(segments[0].text), segments[0].name) if segments else ("", "")
    try:
        return piece.decode("utf-8").rstrip("\r"), ""
    except UnicodeDecodeError:
        return piece.decode("cp1252", "replace").rstrip("\r"), ""


def _document(exchange: Exchange, artifact: Artifact, file: BinaryIO, formats: Formats) -> BinaryIO:
    """Return the set of a file that we wrote, so that its segments count from ST, as a partner's 997 does."""
    if exchange.direction is Direction.IN or artifact.size > MOST_OPENED_BYTES:
        return file
    body = file.read()
    opened = formats.by_name["x12"].unwrap(body, "", None).interchanges
    sets = [s for i in opened for g in i.groups for s in g.sets]
    return io.BytesIO(sets[0].payload if sets else body)
