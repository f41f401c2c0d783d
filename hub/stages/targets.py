"""What one line of a change asks for: the order's line as it is to become, whatever code says so.

Pure. A change names a new total or a difference (X12 POC02 QI and QD, by agreement), a price, a date, a new line
or one that goes; here all of it becomes the line that is to be.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, structs

from hub.model.documents import ChangeLine, OrderLine, PurchaseOrder
from hub.stages.their_units import plain, price_in_words

#: What a line of an order has; a changed line has more.
_FIELDS = OrderLine.__struct_fields__


class ChangeTerms(Struct, frozen=True, kw_only=True):
    """How a partner's changes are to be read and decided, from the agreement."""

    quantity: str = "total"  # what POC03 is with QI and QD: the new total | the difference (delta)
    cancel: str = "hold"  # hold | when_unshipped
    price: str = "partner"  # partner | pricelist | tolerance N%
    released: bool = False  # an operator decided


class Target(Struct, frozen=True, kw_only=True):
    """The line that is to be, why there is none, or what leaves it open."""

    after: OrderLine | None = None  # None: the line goes
    refused: str = ""
    unclear: str = ""  # what only a person can decide
    hint: str = ""
    delta: bool = False  # it was told as a difference


def before_of(order: PurchaseOrder, asked: ChangeLine) -> OrderLine | None:
    """Return the line of the order that a changed line means: by its number, else by the one with that item."""
    numbered = [line for line in order.lines if _same_number(line.number, asked.number)]
    if numbered or asked.action == "add":
        return numbered[0] if numbered else None
    codes = set(asked.ids.values()) | ({asked.sku} if asked.sku else set())
    alike = [line for line in order.lines if codes & (set(line.ids.values()) | {line.sku or None})]
    return alike[0] if len(alike) == 1 else None


def _same_number(one: str, other: str) -> bool:
    """Say whether two line numbers are one: zeros in front come and go between two documents of a partner."""
    return one == other or (one.isdigit() and other.isdigit() and int(one) == int(other))


def target_of(asked: ChangeLine, before: OrderLine | None, terms: ChangeTerms) -> Target:
    """Return what a line is to become."""
    if before is None:
        return _new(asked)
    if asked.action == "add":
        same = as_added(asked).quantity == before.quantity and _unit_price(asked, before) == before.unit_price
        return Target(after=before) if same else Target(refused="the order has a line of that number already")
    if asked.action == "delete":
        return Target()
    if asked.action == "unchanged":
        return Target(after=before)
    if asked.action not in _HOW:
        hint = "ask them what they mean; release to leave the line as it is, and tell them so"
        return Target(unclear=f"line {asked.number}: {asked.action!r} is no change that we know", hint=hint)
    if _unclear_basis(asked, before):
        message = (
            f"line {asked.number}: the change is at {asked.price} and does not say for how many, "
            f"the order at {price_in_words(before)}"
        )
        hint = "ask them what the new price is for; release to leave the line as it is, and tell them so"
        return Target(unclear=message, hint=hint)
    if _parts_units(asked, before):
        known = f"the order in {before.unit} at {price_in_words(before)}"
        message = f"line {asked.number}: the change is in {asked.unit}, {known}"
        hint = "ask them for quantity and price in one unit; release to leave the line as it is, and tell them so"
        return Target(unclear=message, hint=hint)
    return _changed(asked, before, terms)


def _parts_units(asked: ChangeLine, before: OrderLine) -> bool:
    """Say whether a quantity and a price would come to stand in different units: a price per case is none per piece."""
    if asked.unit in {"", before.unit}:
        return False
    what = _HOW[asked.action]
    counts = "quantity" in what and not (asked.action == "change" and asked.quantity == 0)
    prices = "price" in what and asked.price is not None
    return counts != prices and (prices or before.price is not None)


def _unclear_basis(asked: ChangeLine, before: OrderLine) -> bool:
    """Say whether a new price comes without a word on what it is for, where the order's is not for one."""
    told = asked.price_basis or asked.base_quantity
    return (
        "price" in _HOW[asked.action] and asked.price is not None and bool(before.base_quantity) and not told
    )


def _new(asked: ChangeLine) -> Target:
    if asked.action not in {"add", "replace"}:
        return Target(refused="the order has no such line")
    if asked.quantity <= 0:
        return Target(refused="a new line needs a quantity")
    return Target(after=as_added(asked))


def as_added(asked: ChangeLine) -> OrderLine:
    """Return a changed line as a line of an order."""
    return OrderLine(**{name: getattr(asked, name) for name in _FIELDS})


def wants_date(asked: ChangeLine, before: OrderLine | None) -> bool:
    """Say whether a line asks for another delivery date than it had."""
    wanted = asked.dates.get("delivery_requested")
    had = None if before is None else before.dates.get("delivery_requested")
    asks = asked.action == "add" or "dates" in _HOW.get(asked.action, ())
    return asks and wanted is not None and wanted != had


def _changed(asked: ChangeLine, before: OrderLine, terms: ChangeTerms) -> Target:
    """Return a line with its new quantity, price and dates: of these, those that its code lets it change."""
    what = _HOW[asked.action]
    delta = asked.action in {"increase", "decrease"} and terms.quantity == "delta"
    after = _counted(asked, before, delta=delta) if "quantity" in what and asked.unit else before
    if "price" in what:
        after = _priced(after, asked)
    if after is not None and terms.price == "pricelist" and after.unit_price != before.unit_price:
        return Target(after=after, refused="our prices follow our list")
    after = structs.replace(after, refs={**before.refs, **asked.refs})
    if "dates" in what:
        after = structs.replace(after, dates={**before.dates, **asked.dates})
    if after.quantity < 0:
        return Target(after=before, refused=f"there are only {before.quantity} {before.unit} to take off")
    gone = after.quantity == 0 and "quantity" in what and asked.action != "change"
    return Target(after=None if gone else after, delta=delta)


#: POC02 in our words -> what of a line it may change.
_HOW: dict[str, frozenset[str]] = {
    "change": frozenset({"quantity", "price", "dates"}),
    "replace": frozenset({"quantity", "price", "dates"}),
    "quantity": frozenset({"quantity"}),
    "increase": frozenset({"quantity"}),
    "decrease": frozenset({"quantity"}),
    "price": frozenset({"price"}),
    "reschedule": frozenset({"dates"}),
}


def _counted(asked: ChangeLine, before: OrderLine, *, delta: bool) -> OrderLine:
    """Return the line with its new quantity, in their unit and in ours; a quantity of 0 in a `change` says nothing."""
    if asked.action == "change" and asked.quantity == 0:
        return before
    if not delta and asked.unit == before.unit:  # their unit is as many of ours as it was
        ours = plain(asked.quantity * _factor(before))
        return structs.replace(before, quantity=asked.quantity, our_quantity=ours)
    if not delta:
        return structs.replace(
            before,
            quantity=asked.quantity,
            unit=asked.unit,
            our_quantity=asked.our_quantity,
            our_unit=asked.our_unit or before.our_unit,
        )
    sign = -1 if asked.action == "decrease" else 1
    factor = _factor(before)
    ours = before.quantity * factor + sign * abs(asked.quantity * _factor(asked))
    return structs.replace(before, quantity=plain(ours / factor), our_quantity=plain(ours))


def _factor(line: OrderLine) -> Decimal:
    """Return how many of our units one of theirs is; 1 where nothing was converted."""
    return line.our_quantity / line.quantity if line.our_quantity and line.quantity else Decimal(1)


def _unit_price(asked: ChangeLine, before: OrderLine) -> Decimal | None:
    return before.unit_price if asked.price is None else asked.unit_price


def _priced(line: OrderLine, asked: ChangeLine) -> OrderLine:
    """Return a line with the price that is asked for, and what it is for."""
    if asked.price is None:
        return line
    return structs.replace(
        line, price=asked.price, price_basis=asked.price_basis, base_quantity=asked.base_quantity
    )
