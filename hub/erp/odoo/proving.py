"""What Odoo has by the keys of the hub: a few calls for a thousand records, and no right on `ir.model.data`.

A key is the name of an external id (hub.erp.odoo.ledger): of the record that it made, or of the attachment that keeps
its document on a record. Over XML-RPC external ids come from an export, which gives one to each record that has none:
there only records that the service user made are looked through.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import structs

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.ledger import KEYED
from hub.erp.odoo.line_keys import MODULE
from hub.erp.odoo.reading import ref_id, text
from hub.erp.port.proving import Kept, Twins
from hub.model.exchange import ErpRecord

#: Records of one call.
AT_ONCE = 1000

#: States in which a record is not in force any more, of all models.
_CANCELLED = frozenset({"cancel", "canceled", "cancelled", "rejected"})

#: What documents are kept in (`Ledger.mark`).
_KEPT_IN = "ir.attachment"
_JSON: list[Any] = ["mimetype", "=", "application/json"]

#: Model -> the field with the partner's own number, and what else must be the same in two records.
_REFERENCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "sale.order": ("client_order_ref", ("company_id",)),
    "account.move": ("ref", ("company_id", "move_type")),
}

#: The external id of a key ends in its digest (`hub.model.exchange.posting_key`); what belongs to it has more behind.
_KEY = re.compile(rf"{MODULE}\.(.+_[0-9a-f]{{12}})")


class OdooProving:
    """The hub's records in one Odoo, looked through. May be used by several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def kept(self, model: str, ids: Sequence[int]) -> dict[int, Kept]:
        """Return records by id with the keys that they answer to."""
        rows = self._rows(model, [["id", "in", list(dict.fromkeys(ids))]])
        noted = self._noted(model, list(rows))
        made = self._keys(model, list(rows)) if model in KEYED else {}
        return {
            record: structs.replace(row, made_by=made.get(record, ""), noted=noted.get(record, frozenset()))
            for record, row in rows.items()
        }

    def ours(self, since: datetime | None = None) -> Iterator[list[Kept]]:
        """Yield all records made by a key, and those on which documents were written, page by page."""
        for model in KEYED:
            domain = self._made(since)
            if model == _KEPT_IN:
                domain.append(_JSON)
            after = 0
            while rows := self._page(model, [*domain, ["id", ">", after]]):
                after = rows[-1]
                yield list(self._owned(model, rows))

    def twins(self, model: str, ids: Sequence[int]) -> list[Twins]:
        """Return where one of these records shares its business reference with another of the same partner."""
        if model not in _REFERENCES:
            return []
        field, further = _REFERENCES[model]
        rows = self._session.read(model, ids, [field])
        wanted = sorted({text(row[field]) for row in rows.values()} - {""})
        domain: list[Any] = [[field, "in", wanted], ["state", "not in", sorted(_CANCELLED)]]
        found = self._session.search_read(model, domain, [field, "partner_id", *further]) if wanted else []
        groups: dict[tuple[object, ...], list[int]] = {}
        for row in self._of_companies(_repeated(found, field)):
            same = (text(row[field]), row["partner_id"], *(str(row[name]) for name in further))
            groups.setdefault(same, []).append(int(row["id"]))
        shared = {same: members for same, members in groups.items() if len(members) > 1}
        kept = self.kept(model, [record for members in shared.values() for record in members])
        return [
            Twins(str(same[0]), tuple(kept[record] for record in members if record in kept))
            for same, members in shared.items()
        ]

    def _of_companies(self, rows: list[Values]) -> Iterator[Values]:
        """Yield rows with the id of their partner's company: a person may order by any of its contacts."""
        contacts = {ref_id(row["partner_id"]) for row in rows} - {0}
        known = self._session.read("res.partner", sorted(contacts), ["commercial_partner_id"])
        for row in rows:
            contact = known.get(ref_id(row["partner_id"]))
            yield {**row, "partner_id": ref_id(contact["commercial_partner_id"]) if contact else 0}

    def _made(self, since: datetime | None) -> list[Any]:
        domain: list[Any] = []
        if since is not None:
            domain.append(["create_date", ">=", f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}"])
        if self._session.wire.api != "json2":
            domain.append(["create_uid", "=", self._session.call("res.users", "context_get")["uid"]])
        return domain

    def _page(self, model: str, domain: list[Any]) -> list[int]:
        """Return the ids of the first records of a domain, ascending; also of those that are archived."""
        found: list[int] = self._session.call(
            model, "search", domain=domain, order="id", limit=AT_ONCE, context={"active_test": False}
        )
        return found

    def _owned(self, model: str, ids: Sequence[int]) -> Iterator[Kept]:
        keys = self._keys(model, ids)
        if model != _KEPT_IN:
            rows = self._rows(model, [["id", "in", list(keys)]]) if keys else {}
            for record, row in rows.items():
                yield structs.replace(row, made_by=keys[record])
            return
        fields = ["res_model", "res_id", "name"]
        for record, values in self._session.read(model, list(keys), fields).items():
            on = ErpRecord(text(values["res_model"]), int(values["res_id"] or 0), text(values["name"]))
            yield Kept(on, noted=frozenset({keys[record]}))

    def _rows(self, model: str, domain: list[Any]) -> dict[int, Kept]:
        fields = ["display_name", "state"] if model in _STATEFUL else ["display_name"]
        context = {"active_test": False}
        rows = self._session.call(model, "search_read", domain=domain, fields=fields, context=context)
        return {
            int(row["id"]): Kept(
                ErpRecord(model, int(row["id"]), text(row["display_name"]), text(row.get("state"))),
                cancelled=text(row.get("state")) in _CANCELLED,
            )
            for row in rows
        }

    def _noted(self, model: str, ids: Sequence[int]) -> dict[int, frozenset[str]]:
        """Return the keys of the documents that are kept on records."""
        if not ids:
            return {}
        domain: list[Any] = [["res_model", "=", model], ["res_id", "in", list(ids)], _JSON]
        rows = self._session.search_read(_KEPT_IN, domain, ["res_id"])
        keys = self._keys(_KEPT_IN, [row["id"] for row in rows])
        noted: dict[int, frozenset[str]] = {}
        for row in rows:
            if row["id"] in keys:
                noted[row["res_id"]] = noted.get(row["res_id"], frozenset()) | {keys[row["id"]]}
        return noted

    def _keys(self, model: str, ids: Sequence[int]) -> dict[int, str]:
        """Return the keys of records that have one."""
        named = ((record, _KEY.fullmatch(name)) for record, name in self._external_ids(model, ids))
        return {record: match.group(1) for record, match in named if match}

    def _external_ids(self, model: str, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
        for start in range(0, len(ids), AT_ONCE):
            yield from self._session.external_ids(model, ids[start : start + AT_ONCE]).items()


#: Models with a state among those on which documents are written.
_STATEFUL = frozenset({*KEYED, "purchase.order"} - {_KEPT_IN})


def _repeated(rows: list[Values], field: str) -> list[Values]:
    """Return the rows whose reference comes more than once."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[text(row[field])] = counts.get(text(row[field]), 0) + 1
    return [row for row in rows if counts[text(row[field])] > 1]
