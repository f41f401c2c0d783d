"""What a warehouse's advices mean for the moves of a transfer, and what is wrong with them. Nothing here asks Odoo.

A transfer may be told of in several advices before it is validated, one a truck: what was done is the sum of all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from hub.erp.odoo.advice_lines import Part, ours, parts_of, quantity_of
from hub.erp.odoo.lookups import hold
from hub.erp.odoo.transfers import Move
from hub.model import problems
from hub.model.documents import AdvisedLine, WarehouseAdvice
from hub.model.finding import Finding

_ZERO = Decimal(0)
#: What a warehouse may say of received goods that are like any other; all else is in question.
_GOOD = frozenset({"", "good", "received", "complete", "full", "partial", "backordered", "cancelled"})


class Done(Struct, frozen=True):
    """What was done of one move, by all advices."""

    move: Move
    parts: tuple[Part, ...]
    dropped: bool = False  # what is missing does not come
    before: Decimal = _ZERO  # what earlier advices told of it

    @property
    def quantity(self) -> Decimal:
        return sum((part.quantity for part in self.parts), _ZERO)

    @property
    def now(self) -> Decimal:
        """What the last advice adds."""
        return self.quantity - self.before

    @property
    def stands(self) -> Decimal:
        """What Odoo has as done."""
        return self.move.done if self.move.picked else _ZERO


class Plan(Struct, frozen=True):
    """What the advices of a transfer mean for all of it."""

    done: tuple[Done, ...]  # one for each open move
    doubts: tuple[str, ...] = ()  # what a person must look at before it is validated

    @property
    def damaged(self) -> bool:
        return any(part.damaged for one in self.done for part in one.parts)

    @property
    def exact(self) -> bool:
        """Say whether all was done as ordered, and nothing is damaged or in question."""
        whole = all(one.quantity == one.move.demand for one in self.done)
        return whole and not self.damaged and not self.doubts

    @property
    def drops_rest(self) -> bool:
        """Say whether the rest does not come: the warehouse says so of every line that is short."""
        short = [one for one in self.done if one.quantity < one.move.demand]
        return bool(short) and all(one.dropped for one in short)


class _Sum:
    """What several advices told of the moves of a transfer so far."""

    def __init__(self, moves: Sequence[Move]) -> None:
        self.moves = moves
        self.parts: dict[int, list[Part]] = {move.id: [] for move in moves}
        self.dropped: set[int] = set()
        self.lines: list[tuple[AdvisedLine, Move, str]] = []  # with the kind of their advice

    def add(self, advice: WarehouseAdvice, transfer: str) -> Iterator[Finding]:
        """Add an advice; yield what fits no move."""
        for index, line in enumerate(advice.lines):
            move = self._match(line)
            if move is None:
                yield _unknown(line, index, transfer)
            elif (quantity := quantity_of(line, move)) is None:
                yield _no_unit(line, index, move)
            elif quantity < 0:
                yield _negative(line, index, move)
            else:
                counted = replace(line, our_quantity=quantity, our_unit=move.unit)
                self.parts[move.id] += parts_of(counted, quantity, tracked=move.product.tracked)
                self.lines.append((counted, move, advice.kind))
                if line.status == "cancelled":
                    self.dropped.add(move.id)

    def of(self, move: Move) -> Decimal:
        return sum((part.quantity for part in self.parts[move.id]), _ZERO)

    def _match(self, line: AdvisedLine) -> Move | None:
        """Return the move that a line means: by its item, then by the order line; of several alike, one with room."""
        items = [move for move in self.moves if move.answers_to(line.ids, line.sku)]
        by_line = [move for move in items if line.order_line and move.line == line.order_line]
        found = by_line or items
        if not found and not line.ids and line.order_line:
            found = [move for move in self.moves if move.line == line.order_line]
        room = [move for move in found if self.of(move) < move.demand]
        return next(iter([*room, *found]), None)


def plan_of(
    advice: WarehouseAdvice,
    moves: Sequence[Move],
    transfer: str,
    *,
    released: bool,
    earlier: Sequence[WarehouseAdvice] = (),
    aside: bool = False,
) -> tuple[Plan, list[Finding]]:
    """Return what an advice means for the open moves of a transfer; lines that fit none leave findings.

    `earlier`: the other advices that were written on it. `aside`: damaged goods have a place of their own.
    """
    told = _Sum(moves)
    for one in earlier:
        list(told.add(one, transfer))  # what fits nothing any more was of moves that are closed
    before = {move.id: told.of(move) for move in moves}
    findings = list(told.add(advice, transfer))
    done = tuple(
        Done(move, tuple(told.parts[move.id]), move.id in told.dropped, before[move.id]) for move in moves
    )
    plan = Plan(done, tuple(_doubts(told, aside=aside)))
    if not findings:
        findings += [] if released else [_too_much(one) for one in done if one.quantity > one.move.demand]
        findings += [] if any(one.now for one in done) else [_nothing(advice, transfer)]
    return plan, findings


def changed_by_hand(plan: Plan, advice: WarehouseAdvice, transfer: str) -> list[Finding]:
    """Return a hold when a transfer has not what its earlier advices told: somebody wrote on it since.

    It may have all of it, this advice included: then a run broke off before it was kept.
    """
    as_before = all(one.stands == one.before for one in plan.done)
    as_after = all(one.stands == one.quantity for one in plan.done)
    if as_before or as_after:
        return []
    differs = (one for one in plan.done if one.stands != one.before)
    said = "; ".join(f"{one.move.label}: {one.stands}, not {one.before}" for one in differs)
    return [
        hold(
            problems.QUANTITY_DIFFERS,
            f"{transfer} has not what the warehouse told of it before {advice.number}: {said}",
            where="lines",
            hint="Put the quantities right in Odoo; release to write what all their advices tell together.",
        )
    ]


def _doubts(told: _Sum, *, aside: bool) -> Iterator[str]:
    """Yield in words what must not become stock like any other, and what contradicts itself."""
    for line, move, kind in told.lines:
        damaged = ours(line.damaged or _ZERO, line)
        held = [part for part in told.parts[move.id] if part.damaged]
        if damaged and not (aside and held):
            yield f"{damaged} of {move.label} damaged"
        for one in line.questioned:
            yield f"{one.quantity} {one.unit or line.unit} of {move.label} {one.condition or 'in question'}"
        if kind == "received" and line.quantity and line.status not in _GOOD:
            yield f"{line.quantity} of {move.label} {line.status}"
        short = ours(-(line.difference or _ZERO), line)
        came = ours(line.quantity, line)
        if short > 0 and came + short > move.demand:
            yield f"{move.label}: {short} short, and yet {came} of {move.demand} {move.unit} came"


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
        f"{move.label}: {line.quantity} {line.unit} cannot be counted in {move.unit}",
        where=f"lines[{index}].unit",
        value=line.unit,
        hint="Add the unit to the crosswalk, with its factor; then release.",
    )


def _negative(line: AdvisedLine, index: int, move: Move) -> Finding:
    return hold(
        problems.QUANTITY_NEGATIVE,
        f"{move.label}: {line.quantity} is below zero",
        where=f"lines[{index}].quantity",
        value=str(line.quantity),
        hint="Ask the warehouse what they did, and cancel this exchange.",
    )


def _too_much(done: Done) -> Finding:
    apart = f" ({done.before} before, {done.now} now)" if done.before else ""
    return hold(
        problems.QUANTITY_DIFFERS,
        f"{done.move.label}: ordered {done.move.demand} {done.move.unit}, the warehouse did {done.quantity}{apart}",
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
