"""Canonical documents: one shape per business document, whatever format it came in or goes out in.

Money and quantities are `Decimal`; an amount is in the document's currency unless its name says otherwise.
Dates are the calendar dates that the sender wrote (their local day); a time of day, where a format gives
one, is kept beside its date. Codes of `kind`, `purpose` and the like are our words; the X12 codes behind
them are named in the field's comment.

The version counts like a library's: a field that is added raises the second figure, one that changes or goes
the first. `hub schema` prints the JSON Schema of each kind.
"""

from __future__ import annotations

from hub.model.documents.advising import (
    AdvisedDocument,
    AdvisedError,
    ApplicationAdvice,
)
from hub.model.documents.base import (
    Document,
)
from hub.model.documents.billing import (
    Adjustment,
    Invoice,
    InvoiceLine,
    PaymentMeans,
    Remittance,
    RemittedItem,
)
from hub.model.documents.kinds import (
    DocType,
)
from hub.model.documents.ordering import (
    AckLine,
    ChangeAckLine,
    ChangeLine,
    LineStatus,
    OrderAcknowledgment,
    OrderChange,
    OrderChangeAcknowledgment,
    OrderLine,
    PurchaseOrder,
)
from hub.model.documents.parts import (
    Carriage,
    Charge,
    CustomerReference,
    ItemIds,
    Lot,
    OwnUnit,
    Package,
    Party,
    Priced,
    ShippedItem,
    Split,
    Tax,
    Terms,
    Value,
)
from hub.model.documents.records import (
    Record,
    RecordBatch,
    RecordLine,
    RefusedRows,
)
from hub.model.documents.shipping import (
    STRUCTURES,
    ShipNotice,
    ShippedOrder,
)
from hub.model.documents.supplying import (
    CatalogLine,
    CatalogPrice,
    InventoryAdvice,
    PriceCatalog,
    StockLine,
    StockQuantity,
)
from hub.model.documents.warehousing import (
    AdvisedLine,
    Questioned,
    ReceivedItem,
    ReceivingAdvice,
    WarehouseAdvice,
    WarehouseLine,
    WarehouseOrder,
)

__all__ = [
    "DOCUMENTS",
    "STRUCTURES",
    "VERSION",
    "AckLine",
    "Adjustment",
    "AdvisedDocument",
    "AdvisedError",
    "AdvisedLine",
    "AnyDocument",
    "ApplicationAdvice",
    "Carriage",
    "CatalogLine",
    "CatalogPrice",
    "ChangeAckLine",
    "ChangeLine",
    "Charge",
    "CustomerReference",
    "DocType",
    "Document",
    "InventoryAdvice",
    "Invoice",
    "InvoiceLine",
    "ItemIds",
    "LineStatus",
    "Lot",
    "OrderAcknowledgment",
    "OrderChange",
    "OrderChangeAcknowledgment",
    "OrderLine",
    "OwnUnit",
    "Package",
    "Party",
    "PaymentMeans",
    "PriceCatalog",
    "Priced",
    "PurchaseOrder",
    "Questioned",
    "ReceivedItem",
    "ReceivingAdvice",
    "Record",
    "RecordBatch",
    "RecordLine",
    "RefusedRows",
    "Remittance",
    "RemittedItem",
    "ShipNotice",
    "ShippedItem",
    "ShippedOrder",
    "Split",
    "StockLine",
    "StockQuantity",
    "Tax",
    "Terms",
    "Value",
    "WarehouseAdvice",
    "WarehouseLine",
    "WarehouseOrder",
]

VERSION = "2.0"

AnyDocument = (
    PurchaseOrder
    | OrderAcknowledgment
    | OrderChange
    | OrderChangeAcknowledgment
    | ShipNotice
    | Invoice
    | InventoryAdvice
    | PriceCatalog
    | Remittance
    | ReceivingAdvice
    | WarehouseOrder
    | WarehouseAdvice
    | ApplicationAdvice
    | RecordBatch
)

DOCUMENTS: dict[DocType, type[AnyDocument]] = {
    kind.doc_type: kind
    for kind in (
        PurchaseOrder,
        OrderAcknowledgment,
        OrderChange,
        OrderChangeAcknowledgment,
        ShipNotice,
        Invoice,
        InventoryAdvice,
        PriceCatalog,
        Remittance,
        ReceivingAdvice,
        WarehouseOrder,
        WarehouseAdvice,
        ApplicationAdvice,
    )
}
