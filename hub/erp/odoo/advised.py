"""What a warehouse's advice means for the moves of a transfer, and what is wrong with it. Nothing here asks Odoo."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from hub.erp.odoo.announced import label
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.transfers import Move
from hub.model import problems
from hub.model.documents import AdvisedLine, WarehouseAdvice
from hub.model.finding import Finding


class Part(Struct, frozen=True):
    """A part of what was done of a move: of one lot, in one package."""

    quantity: Decimal
    lot: str = ""
    package: str = ""


class Done(Struct, frozen=True):
    """What was done of one move."""

    move: Move
    parts: tuple[Part, ...]
    dropped: bool = False  # what is missing does not come

    @property
    def quantity(self) -> Decimal:
        return sum((part.quantity for part in self.parts), Decimal(0))


class Plan(Struct, frozen=True):
    """What an advice means for a whole transfer."""

    done: tuple[Done, ...]  # one for each open move
    damaged: Decimal

    @property
    def exact(self) -> bool:
        """Say whether all was done as ordered, and nothing is damaged."""
        return not self.damaged and all(one.quantity == one.move.demand for one in self.done)

    @property
    def drops_rest(self) -> bool:
        """Say whether the rest does not come: the warehouse says so of every line that is short."""
        short = [one for one in self.done if one.quantity < one.move.demand]
        return bool(short) and all(one.dropped for one in short)


def plan_of(
    advice: WarehouseAdvice, moves: Sequence[Move], transfer: str, *, released: bool
) -> tuple[Plan, list[Finding]]:
    """Return what an advice means for the open moves of a transfer; lines that fit none leave findings."""
    parts: dict[int, list[Part]] = {move.id: [] for move in moves}
    dropped: set[int] = set()
    findings: list[Finding] = []
    for index, line in enumerate(advice.lines):
        move = _match(line, moves, parts)
        if move is None:
            findings.append(_unknown(line, index, transfer))
            continue
        quantity = _quantity(line, move)
        if quantity is None:
            findings.append(_no_unit(line, index, move))
            continue
        parts[move.id] += _parts(line, quantity, tracked=move.product.tracked)
        if line.status == "cancelled":
            dropped.add(move.id)
    done = tuple(Done(move, tuple(parts[move.id]), move.id in dropped) for move in moves)
    if not findings:
        findings += [] if released else [_too_much(one) for one in done if one.quantity > one.move.demand]
        findings += [] if any(one.quantity for one in done) else [_nothing(advice, transfer)]
    damaged = sum((line.damaged or Decimal(0) for line in advice.lines), Decimal(0))
    return Plan(done, damaged), findings


def _match(line: AdvisedLine, moves: Sequence[Move], parts: dict[int, list[Part]]) -> Move | None:
    """Return the move that a line means: by its item, then by the order line; of several alike, one with room."""
    items = [move for move in moves if move.answers_to(line.ids, line.sku)]
    by_line = [move for move in items if line.order_line and move.line == line.order_line]
    found = by_line or items
    if not found and not line.ids and line.order_line:
        found = [move for move in moves if move.line == line.order_line]
    room = [m for m in found if sum((p.quantity for p in parts[m.id]), Decimal(0)) < m.demand]
    return next(iter([*room, *found]), None)


def _quantity(line: AdvisedLine, move: Move) -> Decimal | None:
    if line.our_unit and line.our_unit.casefold() != move.unit.casefold():
        return None  # dozens are no pieces
    if line.our_quantity is not None:
        return line.our_quantity
    return line.quantity if move.counts_in(line.unit) else None


def _parts(line: AdvisedLine, quantity: Decimal, *, tracked: bool) -> list[Part]:
    """Return what was done by lot; packages are known where there is one, or as many as go into it evenly."""
    if not quantity:
        return []
    rest, found = quantity, []
    for lot in line.lots if tracked else ():
        taken = rest if lot.quantity is None else min(_ours(lot.quantity, line, quantity), rest)
        if taken:
            found.append(Part(taken, lot.number))
            rest -= taken
    found += [Part(rest)] if rest else []
    labels = [label(text) for text in line.labels]
    if len(labels) == 1:
        return [Part(part.quantity, part.lot, labels[0]) for part in found]
    each = quantity / len(labels) if labels else Decimal(0)
    if len(found) == 1 and each and each == each.to_integral_value():
        return [Part(each, found[0].lot, name) for name in labels]
    return found


def _ours(quantity: Decimal, line: AdvisedLine, ours: Decimal) -> Decimal:
    """Return a lot's quantity in our unit."""
    return quantity * ours / line.quantity if line.quantity else quantity


def _unknown(line: AdvisedLine, index: int, transfer: str) -> Finding:
    items = ", ".join(f"{kind} {value}" for kind, value in line.ids.items()) or "no item number"
    return hold(
        problems.LINE_UNKNOWN,
        f"{transfer} has no open line for {items}",
        where=f"lines[{index}]",
        value=line.order_line or line.number,
        hint="Ask the warehouse what they mean, or add the product to the transfer in Odoo; then release.",
    )


def _no_unit(line: AdvisedLine, index: int, move: Move) -> Finding:
    return hold(
        problems.CODE_UNKNOWN,
        f"{move.label}: {line.quantity} {line.unit} is not counted in {move.unit}",
        where=f"lines[{index}].unit",
        value=line.unit,
        hint="Add the unit to the crosswalk, with its factor; then release.",
    )


def _too_much(done: Done) -> Finding:
    return hold(
        problems.QUANTITY_DIFFERS,
        f"{done.move.label}: ordered {done.move.demand} {done.move.unit}, the warehouse did {done.quantity}",
        value=str(done.quantity),
        hint="Settle it with the warehouse; release to write what they did.",
    )


def _nothing(advice: WarehouseAdvice, transfer: str) -> Finding:
    return hold(
        problems.QUANTITY_DIFFERS,
        f"advice {advice.number}: nothing of {transfer} was {advice.kind}",
        where="lines",
        hint="Cancel the transfer in Odoo, or ask the warehouse; then cancel this exchange.",
    )
