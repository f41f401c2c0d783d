"""What warehouses get: what to ship and to expect; and what depositors get: what was shipped and received."""

from __future__ import annotations

from msgspec import structs

from hub.model.documents import DocType
from hub.model.exchange import ErpRecord, Exchange
from hub.model.partner import Partner
from hub.stages.carriers import known_carrier
from hub.stages.composing.needs import Composed, Needs
from translators.crosswalk import to_partner


def compose_warehouse_order(
    exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs
) -> Composed:
    """Order a transfer of the warehouse, or cancel the order; what was cancelled before it was told is not told."""
    order = needs.erp().warehousing.read(source)
    carriers = partner.send[DocType.WAREHOUSE_ORDER].carriers
    order = structs.replace(order, carriage=known_carrier(order.carriage, carriers))
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(order, tables)
    if order.purpose != "cancel" or needs.was_told(source, DocType.WAREHOUSE_ORDER):
        return Composed(document, faults + findings)
    return Composed(
        document, nothing=f"{source.name} was cancelled in Odoo before the warehouse was told of it"
    )


def compose_warehouse_advice(
    exchange: Exchange, source: ErpRecord, partner: Partner, needs: Needs
) -> Composed:
    """Tell a depositor what was done of their order."""
    advice = needs.erp().warehousing.read_done(source)
    tables, faults = needs.send_tables(partner, exchange)
    document, findings = to_partner(advice, tables)
    return Composed(document, faults + findings)
