"""The kinds of document that the hub trades in."""

from __future__ import annotations

from enum import StrEnum


class DocType(StrEnum):
    """The kinds of document that the hub trades in."""

    PURCHASE_ORDER = "purchase_order"  # 850
    ORDER_ACKNOWLEDGMENT = "order_acknowledgment"  # 855
    ORDER_CHANGE = "order_change"  # 860
    ORDER_CHANGE_ACKNOWLEDGMENT = "order_change_acknowledgment"  # 865
    SHIP_NOTICE = "ship_notice"  # 856
    INVOICE = "invoice"  # 810
    INVENTORY_ADVICE = "inventory_advice"  # 846
    PRICE_CATALOG = "price_catalog"  # 832
    REMITTANCE = "remittance"  # 820
    RECEIVING_ADVICE = "receiving_advice"  # 861
    WAREHOUSE_ORDER = "warehouse_order"  # 940
    WAREHOUSE_ADVICE = "warehouse_advice"  # 945
    APPLICATION_ADVICE = "application_advice"  # 824
    FUNCTIONAL_ACK = "functional_ack"  # 997, 999
    TECHNICAL_ACK = "technical_ack"  # TA1
    RECORDS = "records"  # rows of a record type, any model of Odoo (hub.model.records)
    RECEIPT = "receipt"  # the answer to a CSV or XML file: what came of each document
    UNKNOWN = "unknown"  # not (yet) recognised
