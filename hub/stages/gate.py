"""The gate before sending: an answer, a ship notice or an invoice must agree with the order and each other.

Pure, and it fails closed: what cannot be compared is a disagreement. A wrong 856 or 810 costs a fine or an
unpaid invoice; a held one costs a look (domain A4). Findings are of severity HOLD.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from hub.model import problems
from hub.model.currencies import rounded, smallest
from hub.model.documents import (
    Invoice,
    InvoiceLine,
    OrderAcknowledgment,
    OrderLine,
    PurchaseOrder,
    ShipNotice,
    ShippedItem,
)
from hub.model.finding import Finding, Severity, Where
from hub.model.leeway import Leeway
from hub.model.signs import signed
from hub.stages.answers import lines_by_number, same_item
from hub.stages.order_sums import Sums, shipped_items
from hub.stages.their_units import as_told, same_price

EXACT = Leeway()


def gate_decision(order: PurchaseOrder, decision: OrderAcknowledgment) -> tuple[Finding, ...]:
    """Return where Odoo's decision can't be told as an answer (855): still open, or in another currency."""
    findings = _currency(order, decision.currency, "Odoo's order")
    if decision.status == "held":
        text = f"{decision.number} is a quotation again: nothing is decided"
        findings += (_disagrees("status", text, decision.number),)
    return findings


def gate_source(order: PurchaseOrder, document: ShipNotice | Invoice) -> tuple[Finding, ...]:
    """Return where a delivery or an invoice, as Odoo has it, is not of this order.

    To be asked before it is put into the order's words: an invoice of several orders has lines of each, a
    picked substitute has the line of what was ordered, and an address may have been changed.
    """
    lines = lines_by_number(order)
    if isinstance(document, ShipNotice):
        goods = [(i.line_number, i.sku, i.ids) for i in shipped_items(document)]
        numbers = [shipped.order_number for shipped in document.orders]
        findings = list(_place(order, document))
    else:
        goods = [(i.number, i.sku, i.ids) for i in document.lines]
        numbers = [i.order_number for i in document.lines if i.number]
        findings = []
    for number in dict.fromkeys(n for n in numbers if n.strip() != order.reference):
        text = f"Odoo says that it belongs to the order {number!r}, this is {order.reference!r}"
        findings.append(_disagrees("order_number", text, number))
    for number, sku, ids in goods:
        if number in lines and not same_item(lines[number], sku, ids):
            text = f"it is {sku}, ordered was {lines[number].sku}"
            findings.append(_disagrees(f"line {number}", text, sku))
    return tuple(findings)


def gate_strangers(names: Sequence[str]) -> tuple[Finding, ...]:
    """Hold a shipment that carries goods of orders which are not this partner's: nobody is told of another's."""
    return tuple(
        _disagrees(
            "orders", f"it carries goods of {name}, which this partner did not order through the hub", name
        )
        for name in names
    )


def gate_together(orders: Sequence[PurchaseOrder], notice: ShipNotice) -> tuple[Finding, ...]:
    """Return where a shipment of several orders can't be told as one: it has one address, and a package one order."""
    places = {place.id: order.number for order in orders if (place := order.parties.get("ship_to"))}
    findings = gate_stores(orders)
    if len(places) > 1:
        text = " and ".join(f"{number!r} to {place!r}" for place, number in places.items())
        findings += (_disagrees("parties.ship_to", f"one delivery is for several places: {text}", ""),)
    held = [{package.sscc for package in shipped.packages if package.sscc} for shipped in notice.orders]
    labels = sorted({label for at, own in enumerate(held) for other in held[:at] for label in own & other})
    return findings + tuple(
        _disagrees("packages", f"package {label} has goods of several orders", label) for label in labels
    )


def gate_stores(orders: Sequence[PurchaseOrder]) -> tuple[Finding, ...]:
    """Hold what tells of several stores of one order together: its lines could not be told apart."""
    numbers = [order.number for order in orders]
    twice = sorted({number for number in numbers if numbers.count(number) > 1})
    return tuple(
        _disagrees("order_number", f"it is for several stores of order {number!r}", number)
        for number in twice
    )


def _place(order: PurchaseOrder, notice: ShipNotice) -> tuple[Finding, ...]:
    """Compare where it went with where it was ordered to, where the crosswalk knows that address."""
    ordered, went = order.parties.get("ship_to"), notice.parties.get("ship_to")
    if ordered is None or went is None or ordered.ours in {"", went.ours, went.name}:
        return ()
    where = went.ours or went.name
    text = f"it went to {where!r}, ordered to {ordered.id!r} ({ordered.ours!r})"
    return (_disagrees("parties.ship_to", text, where),)


def _currency(order: PurchaseOrder, currency: str, what: str) -> tuple[Finding, ...]:
    if not order.currency or not currency or order.currency.upper() == currency.upper():
        return ()
    text = f"{what} is in {currency}, the order in {order.currency}"
    return (_disagrees("currency", text, currency),)


def gate_ship_notice(
    order: PurchaseOrder, notice: ShipNotice, earlier: Sequence[ShipNotice], over: Leeway = EXACT
) -> tuple[Finding, ...]:
    """Return where a ship notice disagrees with its order and with the ship notices sent before.

    `over`: how much more than ordered may be shipped of a line, by agreement.
    """
    lines = lines_by_number(order)
    items = list(shipped_items(notice))
    findings = [] if items else [_disagrees("orders", "the delivery ships nothing", "")]
    findings += [_unknown_line(i.line_number, i.sku) for i in items if i.line_number not in lines]
    findings += [
        _disagrees(f"line {i.line_number}", f"{i.quantity} is no whole number of {i.unit}", str(i.quantity))
        for i in items
        if i.unit != "" and _is_split(i, lines.get(i.line_number))
    ]
    total = Sums(order.number, order, [*earlier, notice]).shipped
    for number in {i.line_number for i in items} & set(lines):
        if _beyond(total[number], lines[number].quantity, over):
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


def gate_labels(notice: ShipNotice, policy: str, prefix: str) -> tuple[Finding, ...]:
    """Hold a notice whose packages are to have labels (SSCC) and have none, or one label twice."""
    packages = [package for order in notice.orders for package in order.packages if package.kind != "pallet"]
    if policy != "as_packed" and any(not package.sscc for package in packages):
        return (
            Finding(
                problem=problems.FIELD_MISSING,
                severity=Severity.HOLD,
                message=f"packages of {notice.number} are to be labelled, and {prefix!r} is no GS1 company prefix",
                where=Where(path="orders[0].packages"),
                value=prefix,
                hint="set [company] gs1_prefix in hub.toml to the 6 to 12 digits that GS1 gave you, then redrive",
            ),
        )
    labels = [package.sscc for package in packages if package.sscc]
    twice = sorted({label for label in labels if labels.count(label) > 1})
    return tuple(
        Finding(
            problem=problems.QUANTITY_DIFFERS,
            severity=Severity.HOLD,
            message=f"two packages of {notice.number} have the label {label}",
            where=Where(path="orders[0].packages"),
            value=label,
            hint="give each package a label of its own in Odoo, then redrive",
        )
        for label in twice
    )


def gate_invoice(
    order: PurchaseOrder, invoice: Invoice, agreed: Mapping[str, Decimal]
) -> tuple[Finding, ...]:
    """Return where an invoice or credit note disagrees with its order, the agreed prices, or itself."""
    return gate_lines(order, invoice, agreed) + totals(invoice)


def gate_lines(order: PurchaseOrder, invoice: Invoice, agreed: Mapping[str, Decimal]) -> tuple[Finding, ...]:
    """Return where the lines of an invoice or credit note disagree with their order or the agreed prices.

    `agreed`: prices per their unit, by line number (see hub.stages.prices).
    """
    lines = lines_by_number(order)
    findings = _currency(order, invoice.currency, "the invoice")
    findings += tuple(_unknown_line(i.number, i.sku) for i in invoice.lines if i.number not in lines)
    for billed in invoice.lines:
        if billed.number in lines:
            findings += _price(billed, lines[billed.number], agreed.get(billed.number))
    return findings


def gate_billed(
    order: PurchaseOrder,
    invoice: Invoice,
    shipped: Sequence[ShipNotice] | None,
    earlier: Sequence[Invoice],
    over: Leeway = EXACT,
) -> tuple[Finding, ...]:
    """Return which lines are billed beyond what was shipped, or ordered (and `over`) where `shipped` is None.

    A credit note bills nothing; lines that nobody ordered are not compared here.
    """
    if invoice.kind != "invoice":
        return ()
    word = "ordered" if shipped is None else "shipped"
    sums = Sums(order.number, order, [*(shipped or ()), *earlier, invoice])
    findings = []
    for number, line in lines_by_number(order).items():
        limit = line.quantity if shipped is None else sums.shipped.get(number, Decimal(0))
        billed = sums.invoiced.get(number, Decimal(0))
        slack = over if shipped is None else Leeway(sums.rounded.get(number, Decimal(0)))
        if any(i.number == number for i in invoice.lines) and _beyond(billed, limit, slack):
            text = f"{billed} invoiced in all, {limit} {word}"
            findings.append(_disagrees(f"line {number}", text, str(billed)))
    return tuple(findings)


def _beyond(quantity: Decimal, limit: Decimal, over: Leeway) -> bool:
    return quantity > limit and not over.allows(limit, quantity)


def totals(invoice: Invoice) -> tuple[Finding, ...]:
    """Return a finding when lines, allowances, charges and taxes do not make the total, to its smallest unit."""
    worth = (rounded(i.quantity * i.unit_price, invoice.currency) for i in invoice.lines)
    lines = sum(worth, Decimal(0))
    charges = sum(map(signed, (*invoice.charges, *(c for i in invoice.lines for c in i.charges))), Decimal(0))
    taxes = sum(
        (t.amount for t in (*invoice.taxes, *(t for i in invoice.lines for t in i.taxes))), Decimal(0)
    )
    if abs(lines + charges + taxes - invoice.total) < smallest(invoice.currency):
        return ()
    text = f"lines {lines} with charges {charges} and tax {taxes} do not make the total {invoice.total}"
    return (_disagrees("total", text, str(invoice.total)),)


def _price(billed: InvoiceLine, ordered: OrderLine, agreed: Decimal | None) -> tuple[Finding, ...]:
    if agreed is not None and same_price(ordered, billed.unit_price, agreed):
        return ()
    known = "no price was agreed on" if agreed is None else f"{as_told(ordered, agreed)} agreed"
    per = f"{ordered.base_quantity:f} {ordered.unit}" if ordered.base_quantity else ordered.unit
    text = f"{as_told(ordered, billed.unit_price)} invoiced, {known}, per {per}"
    return (_disagrees(f"line {billed.number} price", text, str(billed.price)),)


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
