"""Companies and delivery addresses by the codes that profiles and documents carry, chosen from what one call found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.reading import ref_id, text
from hub.model import problems
from hub.model.documents import Party
from hub.model.finding import Finding, Severity, Where

PARTNER_FIELDS = ("ref", "name", "commercial_partner_id", "parent_id", "type")

#: So many are named where one was expected.
_SHOWN = 20


class Partners:
    """The partners that have some references or names."""

    def __init__(self, rows: Sequence[Values]) -> None:
        self._by: dict[str, dict[str, list[Values]]] = {"ref": {}, "name": {}}
        for row in rows:
            for field, known in self._by.items():
                known.setdefault(text(row[field]), []).append(row)

    def company(self, ref: str) -> Values | Finding:
        """Return the company with this `ref`, or else with exactly this name, or why there is not one."""
        for known in self._by.values() if ref else ():
            rows = known.get(ref, [])
            best = [row for row in rows if ref_id(row["commercial_partner_id"]) == row["id"]] or rows
            if len(best) > 1:
                return _several(ref, best, "")
            if best:
                return best[0]
        message = f"no partner in Odoo has the reference or name {ref!r}"
        hint = "Set the reference on the customer in Odoo, or correct the profile; then release."
        return _hold(problems.ERP_MISSING, message, "", ref, hint)

    def address(self, party: Party, customer: Values) -> Values | Finding | None:
        """Return the address of a customer that a document names, None for none, or why it is not clear which."""
        code = _code(party)
        top = ref_id(customer["commercial_partner_id"]) or customer["id"]
        named = self._by["name"].get(code or party.name, [])
        found = {row["id"]: row for row in (*(self._by["ref"].get(code, []) if code else []), *named)}
        rows = [row for row in found.values() if ref_id(row["commercial_partner_id"]) == top]
        if not rows and party.ours:
            rows = self._by["ref"].get(party.ours, [])
        rows = [row for row in rows if row["type"] == "delivery"] or rows
        if len(rows) > 1:
            return _several(code or party.name, rows, "parties.ship_to")
        return rows[0] if rows else None


def find(session: Session, refs: Iterable[str], parties: Iterable[Party] = ()) -> Partners:
    """Return what there is by these references (or names) of companies, and these parties: one call."""
    companies, places = {ref for ref in refs if ref}, list(parties)
    codes = companies | {code for place in places if (code := _code(place))}
    names = codes | {place.name for place in places if not _code(place) and place.name}
    if not names:
        return Partners([])
    domain: list[Any] = ["|", ["ref", "in", sorted(codes)], ["name", "in", sorted(names)]]
    return Partners(session.search_read("res.partner", domain, PARTNER_FIELDS))


def is_itself(party: Party, customer: Values) -> bool:
    """Say whether a party is the customer itself."""
    code = _code(party)
    return bool(code) and code in (customer["ref"], party.ours and customer["name"])


def no_address(party: Party, customer: Values) -> Finding:
    """Return what holds an order for a place that has only a name, and none of the customer's addresses has it."""
    return _hold(
        problems.CODE_UNKNOWN,
        f"{customer['name']} has no delivery address {party.name!r} in Odoo, and the order gives the place no id, "
        "only this name",
        "parties.ship_to",
        party.name,
        "Add a row to the ship-to crosswalk (theirs = that name), or name the address so in Odoo, then "
        "release; or ask them to send its id (cXML: addressID, UBL: cbc:ID, X12: N104).",
    )


def _code(party: Party) -> str:
    return party.ours or party.id


def _several(ref: str, rows: Sequence[Values], where: str) -> Finding:
    names = ", ".join(f"{row['name']} (id {row['id']})" for row in rows[:_SHOWN])
    message = f"{len(rows)} partners have the reference or name {ref!r}: {names}"
    return _hold(
        problems.CODE_UNKNOWN, message, where, ref, "Give each its own reference in Odoo; then release."
    )


def _hold(problem: str, message: str, where: str, value: str, hint: str) -> Finding:
    return Finding(problem, message, Severity.HOLD, Where(path=where), value, hint)
