"""Read addresses of Odoo as parties of a document."""

from __future__ import annotations

from collections.abc import Iterable

from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.reading import ref_id, text
from hub.model.documents import Party

FIELDS = (
    "name",
    "ref",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
    "phone",
    "email",
    "parent_id",
    "vat",
)


class Parties:
    """The addresses of one Odoo."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, roles: dict[str, int]) -> dict[str, Party]:
        """Return parties by role; a role with id 0 is left out. Four calls at most, whatever the number."""
        rows = self._session.read("res.partner", [i for i in roles.values() if i], FIELDS)
        states = self._codes("res.country.state", (ref_id(r["state_id"]) for r in rows.values()))
        countries = self._codes("res.country", (ref_id(r["country_id"]) for r in rows.values()))
        return {role: _party(rows[i], states, countries) for role, i in roles.items() if i in rows}

    def of_shipment(self, ship_to: int, company: int) -> dict[str, Party]:
        """Return the parties of a shipment from us."""
        return self.of({"ship_to": ship_to, "ship_from": self.company_partner(company)})

    def company_partner(self, company: int) -> int:
        """Return the partner of one of our companies."""
        rows = self._session.read("res.company", [company] if company else [], ["partner_id"])
        return ref_id(rows[company]["partner_id"]) if company in rows else 0

    def _codes(self, model: str, ids: Iterable[int]) -> dict[int, str]:
        rows = self._session.read(model, [i for i in ids if i], ["code"])
        return {i: text(row["code"]) for i, row in rows.items()}


def _party(row: Values, states: dict[int, str], countries: dict[int, str]) -> Party:
    return Party(
        name=text(row["name"]) or (row["parent_id"][1] if row["parent_id"] else ""),
        address=tuple(text(row[line]) for line in ("street", "street2") if row[line]),
        city=text(row["city"]),
        region=states.get(ref_id(row["state_id"]), ""),
        postal_code=text(row["zip"]),
        country=countries.get(ref_id(row["country_id"]), ""),
        phone=text(row["phone"]),
        email=text(row["email"]),
        tax_number=text(row["vat"]),
        ours=text(row["ref"]),
    )
