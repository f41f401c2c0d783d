"""How each kind of document that we send is made of Odoo's facts: one function each, in a file an area."""

from __future__ import annotations

from hub.model.documents import DocType
from hub.stages.composing import billing, buying, payments, receipts, selling, supply, warehouse
from hub.stages.composing.needs import Composed, Composer, Needs

__all__ = ["COMPOSERS", "Composed", "Needs"]

COMPOSERS: dict[DocType, Composer] = {
    DocType.ORDER_ACKNOWLEDGMENT: selling.compose_acknowledgment,
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: selling.compose_change_acknowledgment,
    DocType.SHIP_NOTICE: selling.compose_ship_notice,
    DocType.INVOICE: billing.compose_invoice,
    DocType.PURCHASE_ORDER: buying.compose_order,
    DocType.ORDER_CHANGE: buying.compose_change,
    DocType.WAREHOUSE_ORDER: warehouse.compose_warehouse_order,
    DocType.WAREHOUSE_ADVICE: warehouse.compose_warehouse_advice,
    DocType.RECEIVING_ADVICE: receipts.compose_receiving_advice,
    DocType.REMITTANCE: payments.compose_remittance,
    DocType.INVENTORY_ADVICE: supply.compose_stock,
    DocType.PRICE_CATALOG: supply.compose_catalog,
}
