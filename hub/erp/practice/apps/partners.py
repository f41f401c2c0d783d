"""Contacts: what they are called in full, and whose they are."""

from __future__ import annotations

from hub.erp.practice.errors import ValidationError
from hub.erp.practice.records import Env
from hub.erp.practice.wire import Ids, Values

ADDRESS_LABELS = {"invoice": "Invoice", "delivery": "Delivery", "other": "Other"}


def prepare_partner(env: Env, values: Values) -> Values:  # noqa: ARG001 - one signature for all
    """Refuse a contact without a name; an address of a company may go without."""
    if not values.get("name") and values.get("type") in {None, False, "contact"}:
        raise ValidationError("The operation cannot be completed: Contacts require a name")
    return values


def saved_partner(env: Env, ids: Ids, changed: frozenset[str]) -> None:
    """Keep the full name and the commercial partner, here and below."""
    if not changed & {"id", "name", "parent_id", "is_company", "type"}:
        return
    for row in env.rows("res.partner", ids, ["name", "parent_id", "is_company", "type", "child_ids"]):
        above = (
            env.one("res.partner", row["parent_id"], "name", "commercial_partner_id")
            if row["parent_id"]
            else None
        )
        name = row["name"] or ADDRESS_LABELS.get(row["type"], "")
        full = f"{above['name']}, {name}" if above and not row["is_company"] else name
        top = above["commercial_partner_id"] if above and not row["is_company"] else row["id"]
        env.put("res.partner", row["id"], {"complete_name": full, "commercial_partner_id": top})
        if row["child_ids"]:
            saved_partner(env, row["child_ids"], changed)


def address(env: Env, partner: int, kind: str) -> int:
    """Return the partner's address of a kind (invoice, delivery), or the partner."""
    found = env.search("res.partner", [["parent_id", "=", partner], ["type", "=", kind]], limit=1, order="id")
    return found[0] if found else partner
