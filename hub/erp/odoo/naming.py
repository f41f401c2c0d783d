"""Names of profiles, looked up in Odoo: one call for all names of a kind, in slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from hub.erp.odoo.charge_targets import ChargeTargets
from hub.erp.odoo.client import Session
from hub.erp.odoo.lookups import Codes
from hub.erp.odoo.reading import ref_id, text
from hub.erp.port.records import Records
from hub.model.erp_names import NameKind

#: kind -> its model, and the fields that may hold the name: the first by which there is one counts.
FIELDS: Mapping[NameKind, tuple[str, tuple[str, ...]]] = {
    NameKind.PARTNER: ("res.partner", ("ref", "name")),
    NameKind.ADDRESS: ("res.partner", ("ref", "name")),
    NameKind.ITEM: ("product.product", ("default_code",)),
    NameKind.WAREHOUSE: ("stock.warehouse", ("code",)),
    NameKind.LOCATION: ("stock.location", ("complete_name",)),
    NameKind.CARRIER: ("delivery.carrier", ("name",)),
}

_CODES = {
    NameKind.PARTNER: "ship_to",
    NameKind.ADDRESS: "ship_to",
    NameKind.ITEM: "item",
    NameKind.CHARGE: "item",
    NameKind.UNIT: "unit",
}
_SLICE = 500
_FEW = 25  # units are compared one by one, upper and lower case alike; partners have few
_MOST_NEAR = 200


class OdooNaming:
    """The names of one Odoo's records."""

    def __init__(self, session: Session, codes: Codes, records: Records) -> None:
        self._session, self._codes, self._records = session, codes, records
        self._charges = ChargeTargets(session)

    def having(self, kind: NameKind, names: Collection[str]) -> Mapping[str, int]:
        """Return for each name how many records have it."""
        wanted = sorted(set(names))
        size = _FEW if kind is NameKind.UNIT else _SLICE
        found: dict[str, int] = {}
        for at in range(0, len(wanted), size):
            found |= self._slice(kind, wanted[at : at + size])
        return {name: found.get(name, 0) for name in wanted}

    def near(self, kind: NameKind, name: str) -> tuple[str, ...]:
        """Return at most 3 names that are there, nearest first."""
        if kind in _CODES:
            return self._codes.near(_CODES[kind], name)
        model, (field, *_) = FIELDS[kind]
        if not self._is_there(model):
            return ()
        rows = self._session.search_read(model, [], [field], limit=_MOST_NEAR)
        by_fold = {text(row[field]).lower(): text(row[field]) for row in rows}
        return tuple(by_fold[match] for match in get_close_matches(name.lower(), list(by_fold), 3, 0.5))

    def _slice(self, kind: NameKind, names: list[str]) -> Mapping[str, int]:
        if kind is NameKind.UNIT:
            return dict.fromkeys(self._codes.units(names), 1)
        if kind is NameKind.CHARGE:
            return dict.fromkeys(self._charges.of(names)[0], 1)
        model, fields = FIELDS[kind]
        return self._counted(model, fields, names) if self._is_there(model) else {}

    def _counted(self, model: str, fields: tuple[str, ...], names: list[str]) -> Mapping[str, int]:
        domain: list[Any] = ["|"] * (len(fields) - 1) + [[field, "in", names] for field in fields]
        whole = ["commercial_partner_id"] if model == "res.partner" else []
        rows = self._session.search_read(model, domain, [*fields, *whole])
        companies = [row for row in rows if whole and ref_id(row[whole[0]]) == row["id"]]
        found: dict[str, int] = {}
        for field in fields:
            for several in (companies, rows):  # of companies and their contacts, the companies count
                found = dict(_tally(text(row[field]) for row in several)) | found
        return found

    def _is_there(self, model: str) -> bool:
        """Say whether a model is: delivery.carrier comes with a module of its own."""
        return model != "delivery.carrier" or self._records.describe(model) is not None


def _tally(names: Iterable[str]) -> Counter[str]:
    return Counter(name for name in names if name)
