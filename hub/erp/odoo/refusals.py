"""Turn a refusal of Odoo into a finding that an operator can act on."""

from __future__ import annotations

from hub.erp.odoo.errors import Refused
from hub.erp.odoo.lookups import hold
from hub.model import problems
from hub.model.finding import Finding


def refused(error: Refused, what: str) -> Finding:
    """Return the finding for a record that Odoo's own rules refuse."""
    return hold(
        problems.ERP_REFUSED,
        f"Odoo refuses the {what}: {error}",
        hint="Correct it in Odoo (or in the partner's data), then release.",
    )
