"""`hub reconcile`: received = posted = acknowledged, sent = acknowledged; every gap with its number and its owner."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.asked import as_instant, require_partner
from hub.cli.context import (
    FAILED,
    MISUSED,
    console,
    fail,
    finds_in_one_line,
    open_store,
    print_json,
    settings,
)
from hub.cli.tables import print_table
from hub.model.exchange import Direction, State

if TYPE_CHECKING:
    from hub.reconciling import Documents, Reconciliation

#: The columns of what came in and went out: states by name; what is in none of them stands under "open".
_INWARD = (State.POSTED, State.MATCHED, State.TESTED, State.DUPLICATE, State.REJECTED, State.CANCELLED)
_OUTWARD = (State.DELIVERED, State.ACKNOWLEDGED, State.SENT, State.REFUSED, State.OVERDUE, State.CANCELLED)
_FILES = (State.OPENED, State.DUPLICATE, State.CANCELLED, State.QUARANTINED, State.DEAD)


@finds_in_one_line
def reconcile(
    partner: Annotated[str | None, typer.Option(help="Only this partner (profile key).")] = None,
    begin: Annotated[
        str | None,
        typer.Option("--from", "--since", help="What came or was noticed from this day or instant on."),
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", "--until", help="... up to this day or instant (local time).")
    ] = None,
    most: Annotated[int, typer.Option(min=0, help="Name at most so many gaps, the oldest; 0: all.")] = 200,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Add up what came, what became of it and what was answered, by partner and kind, and name every gap.

    Exit status 0 when everything is accounted for, 1 when there are gaps, 2 when it could not look. A running hub
    does it daily by itself.
    """
    from hub.reconciling import reconcile as add_up
    from hub.store import Period

    period = Period(partner, as_instant(begin), as_instant(end, after=True))
    if period.since and period.until and period.since > period.until:
        fail(f"--from {begin} is after --to {end}", MISUSED)
    with open_store() as store:
        with store.read() as tx:
            require_partner(tx, settings(), partner)
        found = add_up(store, period, datetime.now(UTC), most)
    print_json(found) if as_json else _show(found)
    raise typer.Exit(FAILED if found.open else 0)


def _show(found: Reconciliation) -> None:
    if not found.files and not found.documents:
        console.print("Nothing came and nothing was noticed in that time.")
        return
    rows = [
        [one.partner or "-", str(one.received), *_counts(one.states, _FILES, one.received)]
        for one in found.files
    ]
    print_table(["files of", "received", *_names(_FILES), "open"], rows)
    for direction, states, title in (
        (Direction.IN, _INWARD, "came from"),
        (Direction.OUT, _OUTWARD, "goes to"),
    ):
        those = [one for one in found.documents if one.direction is direction]
        if those:
            console.print()
            answers = ["acknowledged", "owed"] if direction is Direction.IN else []
            print_table(
                [title, "kind", "total", *_names(states), "open", *answers],
                [_row(one, states) for one in those],
            )
    _say_gaps(found)


def _row(one: Documents, states: tuple[State, ...]) -> list[str]:
    kind = one.document.value.replace("_", " ")
    answers = [str(one.answered), str(one.unanswered)] if one.direction is Direction.IN else []
    return [
        one.partner or "-",
        kind,
        str(one.total),
        *_counts(one.states, states, one.total),
        *answers,
    ]


def _counts(states: dict[State, int], columns: tuple[State, ...], total: int) -> list[str]:
    """Return the cells of the columns, and of what is left: together they are the total."""
    named = [states.get(state, 0) for state in columns]
    return [str(n) for n in (*named, total - sum(named))]


def _names(states: tuple[State, ...]) -> list[str]:
    return [state.value.replace("_", " ") for state in states]


def _say_gaps(found: Reconciliation) -> None:
    if not found.open:
        console.print("\nno gaps: everything is accounted for")
        return
    console.print(
        f"\n{found.open:,} gaps{f', the oldest {len(found.gaps)}' if found.open > len(found.gaps) else ''}:"
    )
    rows = [
        [
            gap.reference,
            f"{gap.since:%Y-%m-%d %H:%M}",
            "→" if gap.direction is Direction.OUT else "←",
            gap.partner or "-",
            gap.document.value.replace("_", " ") if gap.document else "file",
            gap.number,
            gap.state.value.replace("_", " "),
            gap.whose,
            gap.why,
        ]
        for gap in found.gaps
    ]
    print_table(["ID", "since (UTC)", "", "partner", "kind", "number", "state", "next move", "why"], rows)
