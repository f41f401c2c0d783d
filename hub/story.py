"""The whole story of one exchange or file: the command line and the ops pages tell the same one."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from hub.desk import Formats
from hub.model.exchange import OWNERS, Direction, Exchange, State, Transmission
from hub.model.finding import Finding
from hub.store import Acknowledgment, Artifact, Event, LogQuery, NotFound, Store, Tx
from translators.x12.annotate import annotate

#: A document longer than this is shown in part: its beginning, and every place with a finding.
MOST_LINES = 200


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
    events: tuple[Event, ...]
    artifacts: tuple[Artifact, ...]
    acknowledged: tuple[Acknowledgment, ...]  # acknowledgments of this exchange, both ways
    answers: tuple[Acknowledgment, ...]  # when this is an acknowledgment: what it answers
    related: tuple[Exchange, ...]  # the others of the same order


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


def tell(store: Store, formats: Formats, exchange_id: int) -> Story:
    """Return the story of an exchange; raise NotFound when there is none with that number."""
    with store.read() as tx:
        exchange = tx.exchange(exchange_id)
        findings = _distinct(tx.findings(exchange_id=exchange_id))
        kind = "payload" if exchange.direction is Direction.IN else "sent"
        body = tx.artifact(exchange_id, kind) or b""
        lines = _lines(exchange, body, findings, formats)
        shown = _shown(lines)
        return Story(
            exchange=exchange,
            transmission=_transmission(tx, exchange),
            owner=OWNERS.get(exchange.state, ""),
            lines=shown,
            left_out=len(lines) - len(shown),
            findings=findings,
            canonical=(tx.artifact(exchange_id, "canonical") or b"").decode(),
            events=tuple(tx.events(exchange_id=exchange_id)),
            artifacts=tuple(tx.artifacts(exchange_id)),
            acknowledged=tuple(tx.acknowledgments(exchange_id)),
            answers=tuple(tx.acknowledged_by(exchange_id)),
            related=_related(tx, exchange),
        )


def tell_file(store: Store, transmission_id: int) -> FileStory:
    """Return the story of a file; raise NotFound when there is none with that number."""
    with store.read() as tx:
        return FileStory(
            transmission=tx.transmission(transmission_id),
            findings=tuple(tx.findings(transmission_id=transmission_id)),
            events=tuple(tx.events(transmission_id=transmission_id)),
            exchanges=tuple(tx.exchanges_of_transmission(transmission_id)),
        )


def raw(store: Store, exchange_id: int) -> bytes:
    """Return the bytes of an exchange: as received, or as sent. Raise NotFound when there are none."""
    with store.read() as tx:
        exchange = tx.exchange(exchange_id)
        data = tx.artifact(exchange_id, "payload" if exchange.direction is Direction.IN else "sent")
    if data is None:
        raise NotFound(f"exchange {exchange_id} has no bytes yet: it is {exchange.state}")
    return data


def raw_file(store: Store, transmission_id: int) -> bytes:
    """Return a file as it was picked up; raise NotFound when it was never read."""
    with store.read() as tx:
        transmission = tx.transmission(transmission_id)
    if not transmission.sha256:
        raise NotFound(f"file T{transmission_id} was never read: {transmission.why}")
    return store.archive.get(transmission.sha256)


def queues(store: Store, each: int = 5) -> tuple[tuple[Queue, ...], tuple[Transmission, ...]]:
    """Return what waits for somebody, by state, and the quarantined files."""
    found: list[Queue] = []
    with store.read() as tx:
        counts = tx.count_by_state()
        for state, owner in OWNERS.items():
            waiting = tx.find_exchanges(LogQuery(states=(state,), limit=each))
            if waiting:
                found.append(Queue(state, owner, max(counts.get(state, 0), len(waiting)), tuple(waiting)))
        files = tx.transmissions(state=State.QUARANTINED) + tx.transmissions(state=State.DEAD)
    return tuple(found), tuple(files)


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


def _lines(
    exchange: Exchange, body: bytes, findings: Sequence[Finding], formats: Formats
) -> tuple[Line, ...]:
    if not body:
        return ()
    if exchange.envelope.format == "x12":
        segments = annotate(_document(exchange, body, formats), exchange.envelope)
        rows = [(s.number, s.text, s.name) for s in segments]
        places = [(f.where.segment_number, f) for f in findings]
    else:
        text = body.decode("utf-8", "replace")
        rows = [(n, line, "") for n, line in enumerate(text.splitlines(), 1)]
        places = [(f.where.row, f) for f in findings]
    return tuple(
        Line(number, text, name, tuple(f for place, f in places if place == number))
        for number, text, name in rows
    )


def _document(exchange: Exchange, body: bytes, formats: Formats) -> bytes:
    """Return the set of a file that we wrote, so that its segments count from ST, as a partner's 997 does."""
    if exchange.direction is Direction.IN:
        return body
    opened = formats.by_name["x12"].unwrap(body, "", None).interchanges
    sets = [s for i in opened for g in i.groups for s in g.sets]
    return sets[0].payload if sets else body


def _shown(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    if len(lines) <= MOST_LINES:
        return lines
    return tuple(line for at, line in enumerate(lines) if at < MOST_LINES or line.findings)
