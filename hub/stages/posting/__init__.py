"""How each kind of document is brought to Odoo: one function each, in a file an area.

Orders come in crowds, and many of them go to Odoo in few calls; all else goes one by one.
"""

from __future__ import annotations

from hub.model.documents import DocType
from hub.stages.posting import buying, changing, payments, receipts, selling, supply, warehouse
from hub.stages.posting.needs import Crowd, Needs, Posted, Poster, origin

__all__ = ["CROWDS", "POSTERS", "Needs", "Posted", "origin"]

POSTERS: dict[DocType, Poster] = {
    DocType.ORDER_CHANGE: changing.post_change,
    DocType.ORDER_ACKNOWLEDGMENT: buying.post_acknowledgment,
    DocType.ORDER_CHANGE_ACKNOWLEDGMENT: buying.post_acknowledgment,
    DocType.SHIP_NOTICE: buying.post_ship_notice,
    DocType.INVOICE: buying.post_invoice,
    DocType.WAREHOUSE_ORDER: warehouse.post_order,
    DocType.WAREHOUSE_ADVICE: warehouse.post_advice,
    DocType.INVENTORY_ADVICE: supply.post_stock,
    DocType.PRICE_CATALOG: supply.post_catalog,
    DocType.REMITTANCE: payments.post_remittance,
    DocType.RECEIVING_ADVICE: receipts.post_receiving_advice,
}

CROWDS: dict[DocType, Crowd] = {DocType.PURCHASE_ORDER: selling.post_orders}
