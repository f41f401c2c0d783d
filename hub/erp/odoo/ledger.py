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
from contextlib import contextmanager
from typing import Any

import msgspec

from hub.erp.odoo import telling
from hub.erp.odoo.client import Session
from hub.erp.odoo.line_keys import external_id
from hub.erp.odoo.reading import text
from hub.erp.odoo.telling import Asked
from hub.model.documents import DOCUMENTS, DocType, Document
from hub.model.errors import Retryable
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
    def one_at_a_time(self, key: str) -> Iterator[None]:
        """Let one thread of this process at a time work on a key, so that `created` is true for one only."""
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

    def record(self, model: str, record_id: int) -> ErpRecord:
        """Return a record as the hub knows it."""
        row = self._session.read(model, [record_id], ["name", "state"]).get(record_id, {})
        return ErpRecord(model, record_id, text(row.get("name")), text(row.get("state")))

    def create(
        self, key: str, model: str, fields: Sequence[str], rows: Sequence[Sequence[str]]
    ) -> tuple[int, bool]:
        """Create the record of a key by `load`; return its id and whether it was made now.

        A race that another process won shows as a serialization failure: its record is returned.
        """
        try:
            return self._session.load_once(model, fields, rows), True
        except Retryable as e:
            if e.in_doubt:
                raise
            found = self._session.lookup(model, external_id(key))
            if found is None:
                raise
            return found, False

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
            if self.told(key):
                return
            fields, row = telling.activity(key, record, asked)
            self.create(f"{key}_activity", "mail.activity", fields, [row])
        fields, row = telling.note(key, record, body)
        self.create(telling.note_key(key), "mail.message", fields, [row])

    def told(self, key: str) -> bool:
        """Say whether the note of a key stands on its record."""
        return self._session.lookup("mail.message", external_id(telling.note_key(key))) is not None

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
