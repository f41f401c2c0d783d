"""`hub prove once-only`: each business key of the ledger with its one record in Odoo, and every disagreement."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from hub.cli.asked import as_instant, require_partner
from hub.cli.context import CANNOT, FAILED, complain, errors, finds_in_one_line, open_store, settings
from hub.cli.progress import telling

if TYPE_CHECKING:
    from hub.proving import Disagreement, Proof, Proven

app = typer.Typer(help="Prove what the hub promises.", no_args_is_help=True)


@app.callback()
def prove() -> None:
    """Prove what the hub promises."""


@app.command("once-only")
@finds_in_one_line
def once_only(
    partner: Annotated[str | None, typer.Option(help="Only this partner (profile key).")] = None,
    since: Annotated[
        str | None, typer.Option(help="Posted from this day or instant on (local time).")
    ] = None,
    faults: Annotated[bool, typer.Option("--faults", help="List only the disagreements.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, in a stream.")] = False,
) -> None:
    """List each business key of the posting ledger with its one record in Odoo, and name every disagreement.

    Reads ledger and Odoo, in batches; changes nothing and works beside a running hub. Exit status 0 when they agree,
    1 when they do not, 2 when it could not look to the end.
    """
    from hub.proving import Proof, Scope
    from hub.whereabouts import open_erp

    with open_store() as store, store.read() as tx:
        require_partner(tx, settings(), partner)
    with open_store() as store, open_erp(settings(), os.environ) as erp, telling("prove") as tell:
        proof = Proof(store, erp, Scope(partner, as_instant(since)), tell)
        agreed = _as_json(proof, faults=faults) if as_json else _as_text(proof, faults=faults)
    raise typer.Exit(0 if agreed else FAILED)


def _as_text(proof: Proof, *, faults: bool) -> bool:
    keys = wrong = 0
    for proven in proof.each_key():
        keys += 1
        wrong += len(proven.disagreements)
        if not faults:
            sys.stdout.write(f"{_line(proven)}\n")
        _complain(proven.disagreements)
    for looked in (proof.strangers(), proof.unledgered()):
        for one in looked:
            wrong += 1
            _complain([one])
    verdict = "each is in Odoo once" if not wrong else f"{wrong:,} disagreements"
    sys.stdout.write(f"{keys:,} business keys: {verdict}\n")
    return not wrong


def _line(proven: Proven) -> str:
    record = proven.record
    where = (
        f"{record.name} ({record.model} {record.id}) {record.state}".strip() if record else "nothing in Odoo"
    )
    kind = proven.document.value.replace("_", " ")
    return f"{proven.key}  {proven.partner} {kind} {proven.number}, exchange {proven.exchange_id} -> {where}"


def _complain(found: Iterable[Disagreement]) -> None:
    for one in found:
        complain(f"{one.key}: {one.text}" if one.key and one.key not in one.text else one.text)
        if one.hint:
            errors.print(f"     hint: {one.hint}", markup=False)


def _as_json(proof: Proof, *, faults: bool) -> bool:
    """Write one JSON object, item by item: `keys`, `beside` (what belongs to no key), `sound` and `agreed`.

    Where it is broken off, `agreed` is null and `error` says why: what was written is JSON all the same.
    """
    agreed, sound, out = True, 0, _Lists()
    try:
        out.begin("keys")
        for proven in proof.each_key():
            sound += not proven.disagreements
            agreed = agreed and not proven.disagreements
            if not faults or proven.disagreements:
                out.item(proven)
        out.begin("beside")
        for looked in (proof.strangers(), proof.unledgered()):
            for one in looked:
                agreed = False
                out.item(one)
    except CANNOT as fault:
        out.end({"sound": sound, "agreed": None, "error": str(fault)})
        raise
    out.end({"sound": sound, "agreed": agreed})
    return agreed


class _Lists:
    """Writes a JSON object of lists to standard output as their items come."""

    def __init__(self) -> None:
        self._before = "{"

    def begin(self, name: str) -> None:
        sys.stdout.write(f'{self._before}"{name}": [')
        self._before, self._between = "\n], ", "\n"

    def item(self, value: object) -> None:
        sys.stdout.write(self._between + msgspec.json.encode(value).decode())
        self._between = ",\n"

    def end(self, values: dict[str, object]) -> None:
        sys.stdout.write(self._before + msgspec.json.encode(values).decode().removeprefix("{") + "\n")
