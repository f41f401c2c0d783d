"""Read a finished receipt as the advice that its vendor gets; keep a customer's advice on their sale order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from hub.erp.odoo.announced import parcels_of
from hub.erp.odoo.arrivals import ByLine, Expected, expected, received_item, short_of_order
from hub.erp.odoo.arrived import Arrivals, Arrived
from hub.erp.odoo.client import Session, Values
from hub.erp.odoo.ledger import Ledger
from hub.erp.odoo.names import Names
from hub.erp.odoo.purchase_lines import PurchaseLine, PurchaseLines
from hub.erp.odoo.purchases import Purchases
from hub.erp.odoo.reading import day, ref_id, text
from hub.erp.odoo.telling import Asked
from hub.erp.port import PostResult
from hub.model.documents import Carriage, DocType, ReceivedItem, ReceivingAdvice, ShipNotice
from hub.model.errors import Undeliverable
from hub.model.exchange import ErpRecord

_ZERO = Decimal(0)


class Received:
    """The receipts of one Odoo, as both sides speak of them."""

    def __init__(
        self, session: Session, names: Names, ledger: Ledger, purchases: Purchases, lines: PurchaseLines
    ) -> None:
        self._session = session
        self._names = names
        self._ledger = ledger
        self._purchases = purchases
        self._lines = lines
        self._arrivals = Arrivals(session, names)

    # --- what we received
    def read(self, receipt: ErpRecord) -> ReceivingAdvice:
        """Return a finished receipt of a purchase order."""
        fields = ["name", "state", "date_done", "purchase_id"]
        tracking = self._names.present("stock.picking", "carrier_tracking_ref")
        row = self._session.one("stock.picking", receipt.id, [*fields, *tracking])
        if row["state"] != "done" or not row["purchase_id"]:
            raise Undeliverable(f"{row['name']} is {row['state']}: no finished receipt of a purchase order")
        head = self._purchases.head(ref_id(row["purchase_id"]))
        vendor = ref_id(head["partner_id"])
        lines = self._lines.read(head["id"], vendor)
        order = ErpRecord("purchase.order", head["id"], text(head["name"]), text(head["state"]))
        moves = self._arrivals.moves(lines)
        arrived = self._arrivals.of([m for m in moves if ref_id(m["picking_id"]) == receipt.id], receipt.id)
        notices = self._notices(order)
        due = _due(notices, lines, order.name, moves, row)
        came_on = day(row["date_done"], self._session.zone())
        items = self._items(lines, arrived, due if notices else None, moves)
        return ReceivingAdvice(
            number=text(row["name"]),
            date=came_on,
            kind="received",
            order_number=order.name,
            shipment=notices[due.notices[0]].number if len(due.notices) == 1 else "",
            refs={"vendor_order": text(head["partner_ref"])} if head["partner_ref"] else {},
            dates={"received": came_on} if came_on else {},
            parties=self._purchases.roles(head, vendor),
            carriage=_carriage(row, tracking),
            items=items,
            line_count=len(items),
        )

    def _notices(self, order: ErpRecord) -> list[ShipNotice]:
        """Return the vendor's ship notices as they are kept on the order, oldest first."""
        kept = self._ledger.kept(order, DocType.SHIP_NOTICE)
        return sorted((n for n in kept if isinstance(n, ShipNotice)), key=lambda n: n.date or date.min)

    def _items(
        self,
        lines: Sequence[PurchaseLine],
        arrived: Mapping[int, Arrived],
        due: Expected | None,
        moves: Sequence[Values],
    ) -> tuple[ReceivedItem, ...]:
        waiting = {ref_id(m["purchase_line_id"]) for m in moves if m["state"] != "done"}
        in_all = _sums((ref_id(m["purchase_line_id"]), m["quantity"]) for m in moves if m["state"] == "done")
        found: list[ReceivedItem] = []
        for line in lines:
            came, announced = arrived.get(line.id), due.quantities.get(line.id) if due else None
            if came is None and not announced:
                continue
            came = came or Arrived()
            missing = line.ordered - in_all.get(line.id, _ZERO)
            if due:
                short = (announced or _ZERO) - came.quantity
            else:
                short = short_of_order(missing, came.quantity, waiting=line.id in waiting)
            found.append(received_item(line, came, announced, short, len(found) + 1))
        return tuple(found)

    # --- what they received
    def post(self, key: str, advice: ReceivingAdvice, order: ErpRecord, told: Sequence[str]) -> PostResult:
        """Keep a customer's advice on the sale order, once; differences are told there."""
        with self._ledger.one_at_a_time(key):
            found = self._ledger.find(key, ["ir.attachment"])
            if found:
                return PostResult(record=found)
            if told:
                self._tell(key, advice, order, told)
            return PostResult(record=order, created=self._ledger.mark(key, order, advice))

    def _tell(self, key: str, advice: ReceivingAdvice, order: ErpRecord, told: Sequence[str]) -> None:
        """Write the differences on the order, and ask its salesperson to settle them."""
        head = f"Receiving advice {advice.number} differs from what was shipped:"
        body = "\n".join([head, *told, f"Key {key}."])
        seller = ref_id(self._session.one(order.model, order.id, ["user_id"])["user_id"])
        self._ledger.tell(key, order, body, Asked(summary=head.rstrip(":"), note=tuple(told), user=seller))


def _due(
    notices: Sequence[ShipNotice],
    lines: Sequence[PurchaseLine],
    order: str,
    moves: Sequence[Values],
    receipt: Values,
) -> Expected:
    """Return what was to come with a receipt, by the notices and the receipts before it."""
    announced = [_announced(notice, lines, order) for notice in notices]
    came: dict[int, dict[int, Decimal]] = {}
    for move in moves:
        if move["state"] == "done":
            receipts = came.setdefault(ref_id(move["picking_id"]), {})
            line = ref_id(move["purchase_line_id"])
            receipts[line] = receipts.get(line, _ZERO) + move["quantity"]
    before = [quantities for picking, quantities in came.items() if picking < receipt["id"]]
    return expected(announced, before, came.get(receipt["id"], {}))


def _announced(notice: ShipNotice, lines: Sequence[PurchaseLine], order: str) -> ByLine:
    parcels = [
        parcel
        for shipped in notice.orders
        if shipped.order_number == order
        for parcel in parcels_of(shipped, lines, order, "", [])
    ]
    return _sums((parcel.line.id, parcel.quantity) for parcel in parcels)


def _carriage(receipt: Values, tracking: Sequence[str]) -> Carriage | None:
    told = next((text(receipt[name]) for name in tracking), "")
    return Carriage(tracking=told) if told else None


def _sums(parts: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    total: dict[int, Decimal] = {}
    for key, quantity in parts:
        total[key] = total.get(key, _ZERO) + quantity
    return total
