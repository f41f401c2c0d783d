"""The gate before sending: a ship notice or an invoice must agree with the order and with each other.

Pure, and it fails closed: what cannot be compared is a disagreement. A wrong 856 or 810 costs a fine or an
unpaid invoice; a held one costs a look (domain A4). Findings are of severity HOLD.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from hub.model import problems
from hub.model.documents import Invoice, InvoiceLine, OrderLine, PurchaseOrder, ShipNotice, ShippedItem
from hub.model.finding import Finding, Severity, Where
from hub.stages.answers import lines_by_number

CENT = Decimal("0.01")


def gate_ship_notice(
    order: PurchaseOrder, notice: ShipNotice, earlier: Sequence[ShipNotice]
) -> tuple[Finding, ...]:
    """Return where a ship notice disagrees with its order and with the ship notices sent before."""
    lines = lines_by_number(order)
    items = list(shipped_items(notice))
    findings = [] if items else [_disagrees("orders", "the delivery ships nothing", "")]
    findings += [_unknown_line(i.line_number, i.sku) for i in items if i.line_number not in lines]
    findings += [
        _disagrees(f"line {i.line_number}", f"{i.quantity} is no whole number of {i.unit}", str(i.quantity))
        for i in items
        if i.unit != "" and _is_split(i, lines.get(i.line_number))
    ]
    total = _shipped_by_line([*earlier, notice])
    for number in {i.line_number for i in items} & set(lines):
        if total[number] > lines[number].quantity:
            text = f"{total[number]} shipped in all, {lines[number].quantity} ordered"
            findings.append(_disagrees(f"line {number}", text, str(total[number])))
    return tuple(findings) + _labels(notice, earlier)


def _is_split(item: ShippedItem, line: OrderLine | None) -> bool:
    """Say whether a part of an indivisible pack was shipped (a third of a case)."""
    if line is None or line.quantity != line.quantity.to_integral():
        return False
    return line.our_quantity not in {None, line.quantity} and item.quantity != item.quantity.to_integral()


def _labels(notice: ShipNotice, earlier: Sequence[ShipNotice]) -> tuple[Finding, ...]:
    """A label (SSCC) names one package for life."""
    used = {p.sscc for n in earlier for o in n.orders for p in o.packages if p.sscc}
    findings = []
    for package in (p for o in notice.orders for p in o.packages):
        if not package.sscc:
            findings.append(_disagrees("packages", "a package has no SSCC", ""))
        elif package.sscc in used:
            findings.append(_disagrees("packages", f"SSCC {package.sscc} is used twice", package.sscc))
        used.add(package.sscc)
    return tuple(findings)


def gate_invoice(
    order: PurchaseOrder,
    invoice: Invoice,
    shipped: Sequence[ShipNotice] | None,
    earlier: Sequence[Invoice],
) -> tuple[Finding, ...]:
    """Return where an invoice disagrees with its order, with what was shipped, or with itself.

    `shipped` is None when no ship notices are agreed; a credit note is compared with prices only.
    """
    lines = lines_by_number(order)
    findings = [_unknown_line(i.number, i.sku) for i in invoice.lines if i.number not in lines]
    findings += [f for i in invoice.lines if i.number in lines for f in _price(i, lines[i.number])]
    if invoice.kind == "invoice":
        limits = _limits(lines, shipped)
        billed = _billed_by_line([*(e for e in earlier if e.kind == "invoice"), invoice])
        for number in {i.number for i in invoice.lines} & set(lines):
            if billed[number] > limits[number]:
                text = f"{billed[number]} invoiced in all, {limits[number]} shipped"
                findings.append(_disagrees(f"line {number}", text, str(billed[number])))
    return tuple(findings) + totals(invoice)


def totals(invoice: Invoice) -> tuple[Finding, ...]:
    """Return a finding when lines, allowances, charges and taxes do not add up to the total, to the cent."""
    lines = sum((round(i.quantity * i.price, 2) for i in invoice.lines), Decimal(0))
    extras = [*invoice.charges, *(c for i in invoice.lines for c in i.charges)]
    charges = sum((_signed(c.kind, c.amount) for c in extras), Decimal(0))
    taxes = sum(
        (t.amount for t in (*invoice.taxes, *(t for i in invoice.lines for t in i.taxes))), Decimal(0)
    )
    if abs(lines + charges + taxes - invoice.total) < CENT:
        return ()
    text = f"lines {lines} with charges {charges} and tax {taxes} do not make the total {invoice.total}"
    return (_disagrees("total", text, str(invoice.total)),)


def shipped_items(notice: ShipNotice) -> Iterable[ShippedItem]:
    """Yield the items of a ship notice, packed and loose."""
    for order in notice.orders:
        yield from order.items
        for package in order.packages:
            yield from package.items


def _signed(kind: str, amount: Decimal | None) -> Decimal:
    return Decimal(0) if amount is None else -amount if kind == "allowance" else amount


def _price(billed: InvoiceLine, ordered: OrderLine) -> tuple[Finding, ...]:
    if ordered.price is None or abs(billed.price - ordered.price) < Decimal("0.0001"):
        return ()
    text = f"{billed.price} invoiced, {ordered.price} ordered, per {ordered.unit}"
    return (_disagrees(f"line {billed.number} price", text, str(billed.price)),)


def _limits(lines: Mapping[str, OrderLine], shipped: Sequence[ShipNotice] | None) -> dict[str, Decimal]:
    if shipped is None:
        return {number: line.quantity for number, line in lines.items()}
    sent = _shipped_by_line(shipped)
    return {number: sent.get(number, Decimal(0)) for number in lines}


def _shipped_by_line(notices: Iterable[ShipNotice]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for item in (i for n in notices for i in shipped_items(n)):
        total[item.line_number] = total.get(item.line_number, Decimal(0)) + item.quantity
    return total


def _billed_by_line(invoices: Iterable[Invoice]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for line in (i for n in invoices for i in n.lines):
        total[line.number] = total.get(line.number, Decimal(0)) + line.quantity
    return total


def _unknown_line(number: str, sku: str) -> Finding:
    return Finding(
        problem=problems.LINE_UNKNOWN,
        severity=Severity.HOLD,
        message=f"{sku or 'an item'} (line {number or 'without number'}) is not on the order as received",
        value=number or sku,
        hint="take it out in Odoo, or agree on it with the partner and release",
    )


def _disagrees(path: str, message: str, value: str) -> Finding:
    return Finding(
        problem=problems.GATE_DISAGREES,
        severity=Severity.HOLD,
        message=message,
        where=Where(path=path),
        value=value,
        hint="mend it in Odoo and redrive, or release it as it is",
    )
