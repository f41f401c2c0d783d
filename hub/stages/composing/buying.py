"""What suppliers get: our purchase orders."""

from __future__ import annotations

from hub.model.exchange import ErpRecord, Exchange
from hub.model.partner import Partner
from hub.stages.composing.needs import Composed, Needs
from translators.crosswalk import to_partner


def compose_order(exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs) -> Composed:
    """Order: a confirmed purchase order in the numbers that the supplier knows."""
    order = needs.erp().read_purchase_order(source)
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(order, tables)
    return Composed(document, faults + findings)
