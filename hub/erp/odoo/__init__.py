"""The client of a real Odoo, 14 to 19 and later, and the gateway that the hub posts through."""

from __future__ import annotations

from hub.erp.odoo.gateway import OdooGateway
from hub.erp.odoo.wires import OdooSettings

__all__ = ["OdooGateway", "OdooSettings"]
