"""proving: does Odoo have each business document of the posting ledger, once, and nothing of ours beside?

Ledger and Odoo are read in pages, side by side, so memory does not grow with either. Three looks, one after the other:
each key of the ledger and its record (`each_key`); each record in Odoo that carries a key of ours (`strangers`); each
exchange that says posted (`unledgered`). Nothing is changed, neither here nor there. May run beside a working hub: what
is just being posted is no disagreement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from hub.erp.port import ErpGateway
from hub.erp.port.proving import Kept, Proving
from hub.model.documents import DocType
from hub.model.exchange import ErpRecord, State
from hub.model.progress import Tell, silent
from hub.store import LedgerLine, Store

#: Keys, or exchanges, of one look.
AT_ONCE = 1000

#: Keys whose record is gone are looked for elsewhere one by one; so many, then no more.
MOST_SOUGHT = 100

#: Exchanges that may have a record in Odoo, and no line in the ledger yet: somebody has their next move.
_UNDER_WAY = frozenset({State.CHECKED, State.TRANSLATED, State.IN_DOUBT, State.HELD})

#: How the external ids of records that files keep up to date begin: they are in no ledger.
_OF_FILES = "rec_"

#: Posted without a record that carries their key: prices are many records, of the vendor.
_KEYLESS = frozenset({DocType.PRICE_CATALOG})


class Disagreement(Struct, frozen=True):
    """One thing in which ledger and Odoo differ, or the ledger and the log.

    `what`: gone | unmarked | cancelled | twice | no_ledger | ended | no_record | other_record | not_posted |
    unledgered.
    """

    what: str
    text: str
    hint: str = ""
    key: str = ""
    exchange_id: int | None = None
    record: ErpRecord | None = None


class Proven(Struct, frozen=True):
    """One business key of the ledger with its record in Odoo, and what is wrong with it."""

    key: str
    exchange_id: int
    partner: str
    document: DocType
    number: str
    at: datetime  # UTC, when it was posted
    record: ErpRecord | None  # as Odoo has it now; None: it has none
    disagreements: tuple[Disagreement, ...] = ()


class Scope(Struct, frozen=True):
    """Of whom and since when (UTC) is looked at; None: all."""

    partner: str | None = None
    since: datetime | None = None


class Proof:
    """The three looks of one proof. Raises Retryable or Undeliverable when Odoo does not answer."""

    def __init__(self, store: Store, erp: ErpGateway, scope: Scope, tell: Tell = silent) -> None:
        self._store, self._erp, self._scope, self._tell = store, erp, scope, tell
        self._sought = 0

    def each_key(self) -> Iterator[Proven]:
        """Yield each business key of the ledger by its name, with its record."""
        done, after = 0, ""
        with self._store.read() as tx:
            size = tx.ledger_size(self._scope.partner, self._scope.since)
        while True:
            with self._store.read() as tx:
                lines = tx.ledger_lines(self._scope.partner, self._scope.since, after=after, limit=AT_ONCE)
            if not lines:
                return
            yield from self._page(lines)
            after, done = lines[-1].key, done + len(lines)
            self._tell("keys", done, size)

    def strangers(self) -> Iterator[Disagreement]:
        """Yield what in Odoo carries a key of ours that the ledger does not have."""
        done = 0
        for page in self._erp.proving.ours(self._scope.since):
            found = {key: kept for kept in page for key in (kept.made_by, *kept.noted) if key}
            with self._store.read() as tx:
                known = tx.ledgered(list(found))
                missing = [key for key in found if key not in known]
                behind = tx.latest_by_key(missing)
            for key in missing:
                yield from self._stranger(key, found[key].record, behind.get(key))
            done += len(page)
            self._tell("records in Odoo", done, 0)

    def unledgered(self) -> Iterator[Disagreement]:
        """Yield exchanges that say posted and that the ledger does not know."""
        after = 0
        while True:
            with self._store.read() as tx:
                lines = tx.unledgered(self._scope.partner, self._scope.since, after=after, limit=AT_ONCE)
            if not lines:
                return
            for line in lines:
                text = f"exchange {line.exchange_id} says posted, and the ledger has no line for it"
                hint = "look at what it made in Odoo; the ledger may have been cut by hand, or restored apart"
                yield Disagreement("unledgered", text, hint, line.key, line.exchange_id, line.erp)
            after = lines[-1].exchange_id

    def _page(self, lines: Sequence[LedgerLine]) -> Iterator[Proven]:
        by_model: dict[str, list[int]] = {}
        for line in lines:
            if line.record is not None and line.record.model:
                by_model.setdefault(line.record.model, []).append(line.record.id)
        proving, known, cancelled = self._erp.proving, dict[tuple[str, int], Kept](), set[tuple[str, int]]()
        for model, ids in by_model.items():
            known |= {(model, record): kept for record, kept in proving.kept(model, ids).items()}
            ended = [record for record in ids if (kept := known.get((model, record))) and kept.cancelled]
            with self._store.read() as tx:
                cancelled |= {(model, record) for record in tx.known_cancelled(model, ended)}
        twins = self._twins(proving, lines, known)
        for line in lines:
            place = (line.record.model, line.record.id) if line.record else ("", 0)
            kept = known.get(place)
            wrong = [*_in_log(line), *self._in_odoo(line, kept, told=place in cancelled)]
            wrong += [twins[line.key]] if line.key in twins else []
            yield Proven(
                line.key,
                line.exchange_id,
                line.partner,
                line.document,
                line.number,
                line.at,
                kept.record if kept else None,
                tuple(wrong),
            )

    def _in_odoo(self, line: LedgerLine, kept: Kept | None, *, told: bool) -> Iterator[Disagreement]:
        """Yield what is wrong with the record of a line."""
        record = line.record
        if record is None:
            text = "the ledger has the key and names no record"
            yield _of(line, "no_record", text, f"`hub show {line.exchange_id}` tells what came of it")
        elif kept is None:
            text = f"{_named(record)} is not in Odoo any more{self._elsewhere(line.key)}"
            yield _of(
                line, "gone", text, "if it was deleted by mistake, enter it again by hand: the hub won't"
            )
        elif line.document not in _KEYLESS and line.key not in {kept.made_by, *kept.noted}:
            place = self._elsewhere(line.key)
            if not place:
                hint = (
                    "its external id was deleted: without it nothing keeps the document from being made again"
                )
                yield _of(line, "unmarked", f"{_named(kept.record)} does not carry the key", hint)
        elif kept.cancelled and kept.made_by == line.key and not told:
            text = f"{_named(kept.record)} is cancelled, and the partner was not told through the hub"
            yield _of(
                line, "cancelled", text, "if they need to know, tell them; else it is settled between people"
            )

    def _elsewhere(self, key: str) -> str:
        """Return where else a key stands, in words; nothing once too many were sought."""
        if self._sought >= MOST_SOUGHT:
            return ""
        self._sought += 1
        found = self._erp.find(key)
        return f"; its key is that of {_named(found)} now" if found else ""

    def _twins(
        self, proving: Proving, lines: Sequence[LedgerLine], known: Mapping[tuple[str, int], Kept]
    ) -> dict[str, Disagreement]:
        """Return by key where records share a business reference and should not; each group is told once, at the
        key that stands first in it.

        Two records of two keys of one partner are two documents (releases, stores); a key of another partner, or
        none, is the same document again.
        """
        owners = {line.key: line for line in lines}
        made: dict[str, list[int]] = {}
        for (model, record), kept in known.items():
            if kept.made_by in owners and not kept.cancelled:
                made.setdefault(model, []).append(record)
        found: dict[str, Disagreement] = {}
        for model, ids in made.items():
            for twins in proving.twins(model, ids):
                with self._store.read() as tx:
                    ledgered = tx.ledgered([kept.made_by for kept in twins.records])
                    keys = [kept.made_by for kept in twins.records if kept.made_by in ledgered]
                    partners = {partner for _id, partner, _state in tx.latest_by_key(keys).values()}
                first = owners.get(keys[0]) if keys else None
                if first is None or (len(keys) == len(twins.records) and len(partners) == 1):
                    continue
                names = " and ".join(_named(kept.record) for kept in twins.records)
                text = f"{names} stand under one number of one partner: {twins.reference}"
                found[first.key] = _of(first, "twice", text, "one of them is too many: cancel it in Odoo")
        return found

    def _stranger(
        self, key: str, record: ErpRecord, behind: tuple[int, str, State] | None
    ) -> Iterator[Disagreement]:
        if behind is None:
            if not key.startswith(_OF_FILES) and self._scope.partner is None:
                text = f"{_named(record)} carries the key {key}, which the log does not know"
                hint = (
                    "made by another hub on this Odoo (keep one running), or after the backup that was restored: put "
                    "the partners' files since then into their inboxes again, and each is found and not made twice"
                )
                yield Disagreement("no_ledger", text, hint, key, record=record)
            return
        exchange_id, partner, state = behind
        if state in _UNDER_WAY or self._scope.partner not in {None, partner}:
            return
        text = f"{_named(record)} carries the key of exchange {exchange_id}, which is {state.value}"
        hint = "the document is in Odoo: end one of the two, `hub redrive` finds the record and says posted"
        yield Disagreement("ended", text, hint, key, exchange_id, record)


def _in_log(line: LedgerLine) -> Iterator[Disagreement]:
    """Yield in what the ledger's line and its exchange differ."""
    if line.state is not State.POSTED:
        text = f"the ledger has the key as posted, and exchange {line.exchange_id} is {line.state.value}"
        yield _of(line, "not_posted", text, f"`hub show {line.exchange_id}` tells why")
    elif line.erp and line.record and (line.erp.model, line.erp.id) != (line.record.model, line.record.id):
        text = f"the ledger has {_named(line.record)}, and exchange {line.exchange_id} {_named(line.erp)}"
        yield _of(line, "other_record", text, "only one of them carries the key: that one is right")


def _of(line: LedgerLine, what: str, text: str, hint: str) -> Disagreement:
    return Disagreement(what, text, hint, line.key, line.exchange_id, line.record)


def _named(record: ErpRecord) -> str:
    return f"{record.name} ({record.model} {record.id})" if record.name else f"{record.model} {record.id}"
