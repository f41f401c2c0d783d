"""Once only: how a key of the hub is kept in Odoo, and found again.

- A record that the hub creates (sale.order, account.move) has the external id `edi_hub.<key>`; Odoo's unique
  index on external ids refuses a second one, and both are made in one transaction by `load()`.
- A document that the hub writes on a record that is there already (an 855 or 856 of a supplier) is kept as an
  attachment of that record: its canonical JSON, with the external id `edi_hub.<key>`. What is written on the
  record is the same however often it is written, and the attachment comes last: a repeat finds it and writes
  nothing, and a run that broke between the two is simply run again.
- What is told beside a record (note, activity) has an external id of its own, too. It is told before that attachment,
  or again by whoever finds a record that was made: so an answer that is lost neither loses it nor tells it twice.
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import msgspec

from hub.erp.odoo import telling
from hub.erp.odoo.batches import settle
from hub.erp.odoo.client import Session
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.flow import BatchSize
from hub.erp.odoo.line_keys import external_id
from hub.erp.odoo.reading import text
from hub.erp.odoo.tables import MOST_ROWS, Making, portions, table
from hub.erp.odoo.telling import Asked, Row
from hub.erp.port import Fault, NoteRequest
from hub.model.documents import DOCUMENTS, DocType, Document
from hub.model.errors import Retryable, Trouble, Undeliverable
from hub.model.exchange import ErpRecord

#: Models that hold records of a key, in the order of looking; the attachment leads to its record.
KEYED = ("sale.order", "account.move", "account.payment", "stock.picking", "ir.attachment")


class Ledger:
    """The keys of the hub in one Odoo."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._running: dict[
            str, tuple[threading.Lock, int]
        ] = {}  # a key's lock, and how many hold or want it
        self._guard = threading.Lock()

    @contextmanager
    def one_at_a_time(self, *keys: str) -> Iterator[None]:
        """Let one thread of this process at a time work on these keys, so that `created` is true for one only."""
        with ExitStack() as held:
            for key in sorted(set(keys)):  # in one order for all: nobody waits for who waits for them
                held.enter_context(self._alone_on(key))
            yield

    @contextmanager
    def _alone_on(self, key: str) -> Iterator[None]:
        with self._guard:
            lock, users = self._running.get(key, (threading.Lock(), 0))
            self._running[key] = (lock, users + 1)
        try:
            with lock:
                yield
        finally:
            with self._guard:
                lock, users = self._running.pop(key)
                if users > 1:
                    self._running[key] = (lock, users - 1)

    def find(self, key: str, models: Sequence[str] = KEYED) -> ErpRecord | None:
        """Return the record that a key made or was written on, or None."""
        for model in models:
            found = self._session.lookup(model, external_id(key))
            if found is not None:
                return self._attached_to(found) if model == "ir.attachment" else self.record(model, found)
        return None

    def find_all(self, model: str, keys: Sequence[str]) -> dict[str, int]:
        """Return the ids of the records of a model that these keys made: one call where all are there."""
        found = settle([external_id(key) for key in keys], lambda ids: self._session.look_up(model, ids))
        for one in found:
            if isinstance(one, Retryable | Undeliverable) and not isinstance(one, Refused):
                raise one
        return {key: one for key, one in zip(keys, found, strict=True) if isinstance(one, int)}

    def record(self, model: str, record_id: int) -> ErpRecord:
        """Return a record as the hub knows it."""
        return self.records(model, [record_id])[record_id]

    def records(self, model: str, ids: Sequence[int]) -> dict[int, ErpRecord]:
        """Return records as the hub knows them, those that are gone without name and state."""
        rows = self._session.read(model, ids, ["name", "state"])
        return {
            i: ErpRecord(model, i, text(rows[i]["name"]), text(rows[i]["state"]))
            if i in rows
            else ErpRecord(model, i)
            for i in ids
        }

    def create(
        self, key: str, model: str, fields: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> tuple[int, bool]:
        """Create the record of a key by `load`; return its id and whether it was made now."""
        cells = [dict(zip(fields, row, strict=True)) for row in rows]
        (made,) = self.create_all(model, [Making(key, cells)])
        if not isinstance(made, tuple):
            raise made
        return made

    def create_all(
        self, model: str, makings: Sequence[Making], sizes: BatchSize | None = None
    ) -> list[tuple[int, bool] | Fault]:
        """Create the records of many keys by few `load`s; return the id of each, and whether it was made now.

        One that `load` found counts as made: `load` does not tell. A race that another process won shows as a
        serialization failure: its records are found then, and who was in the same call goes again.
        """
        made = self._load(model, makings, sizes)
        lost = [at for at, one in enumerate(made) if _is_lost(one)]
        if not lost or any(isinstance(one, Retryable) and one.in_doubt for one in made):
            return made
        found = self.find_all(model, [makings[at].key for at in lost])
        again = [at for at in lost if makings[at].key not in found] if len(lost) > 1 else []
        second = self._load(model, [makings[at] for at in again], sizes)
        better = dict(zip(again, second, strict=True))
        for at in lost:
            if makings[at].key in found:
                better[at] = found[makings[at].key], False
        return [better.get(at, one) for at, one in enumerate(made)]

    def _load(
        self, model: str, makings: Sequence[Making], sizes: BatchSize | None
    ) -> list[tuple[int, bool] | Fault]:
        def load(some: Sequence[Making]) -> list[tuple[int, bool]]:
            with sizes.learning(len(some)) if sizes else nullcontext():
                return [(one, True) for one in self._session.load_rows(model, *table(some))]

        return settle(makings, load, portions(makings, sizes.size if sizes else MOST_ROWS))

    def mark(self, key: str, record: ErpRecord, document: Document) -> bool:
        """Keep a document on the record it was written on; say whether it was kept now."""
        content = msgspec.json.format(msgspec.json.encode(document), indent=2)
        return self.attach(key, record, f"{document.doc_type.value} {document.number}.json", content)

    def attach(self, key: str, record: ErpRecord, name: str, content: bytes) -> bool:
        """Keep JSON on a record as its attachment, once; say whether it was kept now."""
        fields = ["id", "name", "res_model", "res_id", "mimetype", "datas"]
        kept = base64.b64encode(content).decode()
        row = [external_id(key), name, record.model, str(record.id), "application/json", kept]
        return self.create(key, "ir.attachment", fields, [row])[1]

    def tell(self, key: str, record: ErpRecord, body: str, asked: Asked | None = None) -> None:
        """Write a note of plain text on a record, and ask somebody to act, once each; the note comes last.

        An activity that was done may be gone from Odoo with its external id: where the note stands, nobody is asked.
        """
        if asked is not None:
            if self.told([key]):
                return
            self.create(f"{key}_activity", "mail.activity", *_rows(telling.activity(key, record, asked)))
        (fault,) = self.tell_all([NoteRequest(key, record, body)])
        if fault is not None:
            raise fault

    def tell_all(self, notes: Sequence[NoteRequest]) -> list[Fault | None]:
        """Write many notes, once each; return None for each, or why it is not there."""
        makings = [
            Making(telling.note_key(n.key), [dict(zip(*telling.note(n.key, n.record, n.text), strict=True))])
            for n in notes
        ]
        told = self.create_all("mail.message", makings)
        return [None if isinstance(one, tuple) else one for one in told]

    def told(self, keys: Sequence[str]) -> frozenset[str]:
        """Return those of the keys whose note stands on its record."""
        by_note = {telling.note_key(key): key for key in keys}
        return frozenset(by_note[note] for note in self.find_all("mail.message", list(by_note)))

    def kept(self, record: ErpRecord, kind: DocType) -> list[Document]:
        """Return the documents of a kind that are kept on a record, in the order in which they came."""
        domain: list[Any] = [
            ["res_model", "=", record.model],
            ["res_id", "=", record.id],
            ["name", "=ilike", f"{kind.value} %"],
        ]
        rows = self._session.search_read("ir.attachment", domain, ["datas"], order="id")
        return [msgspec.json.decode(base64.b64decode(row["datas"]), type=DOCUMENTS[kind]) for row in rows]

    def _attached_to(self, attachment: int) -> ErpRecord | None:
        row = self._session.read("ir.attachment", [attachment], ["res_model", "res_id"]).get(attachment)
        if not row or not row["res_model"]:
            return None
        return self.record(row["res_model"], int(row["res_id"]))


def _is_lost(answer: tuple[int, bool] | Fault) -> bool:
    """Say whether a record was not made since somebody else was at work on the same."""
    return isinstance(answer, Retryable) and answer.trouble is Trouble.BUSY


def _rows(one: Row) -> tuple[list[str], list[list[str]]]:
    return one[0], [one[1]]
