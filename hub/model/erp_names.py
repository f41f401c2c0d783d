"""Names of Odoo's records, as profiles and crosswalks hold them: what, of which kind, and where it stands."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from hub.model.finding import Where


class NameKind(StrEnum):
    """What a name names; the values are words for messages."""

    COMPANY = "company"  # of ours, by name
    PARTNER = "partner"  # by reference, or else by name
    ADDRESS = "delivery address"  # alike
    ITEM = "product"  # by its internal reference
    UNIT = "unit of measure"  # by name
    CHARGE = "product or account"  # by internal reference, or by number
    WAREHOUSE = "warehouse"  # by short name
    LOCATION = "location"  # by its whole name: WH/Quarantine
    CARRIER = "shipping method"  # by name
    MODEL = "model"  # e.g. project.task
    FIELD = "field"  # `scope` is its model
    RECORD = "record"  # of the model and by the field of `scope`: "account.journal.code"


class ErpName(Struct, frozen=True, kw_only=True):
    """One name at one place. `company`: whose Odoo company it has to be seen from; "" for the service user's own."""

    kind: NameKind
    name: str
    where: Where
    scope: str = ""
    company: str = ""
