"""Which names of the profiles Odoo does not have: asked in few calls, told at the file and line that says them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from hub.erp.port import ErpGateway
from hub.model import problems
from hub.model.erp_names import ErpName, NameKind
from hub.model.errors import Undeliverable
from hub.model.finding import Finding, Severity

#: Without these nothing of the partner works; of the others single documents are held.
_VITAL = frozenset({NameKind.COMPANY, NameKind.PARTNER, NameKind.WAREHOUSE, NameKind.MODEL, NameKind.FIELD})
#: One table may lack thousands: so many of a file are told by name, and looked for near.
_MOST_TOLD = 10

_MENDS = {
    NameKind.COMPANY: "correct `company`, or allow the service user that company in Odoo",
    NameKind.PARTNER: "correct identity.odoo, or set the reference on the partner in Odoo",
    NameKind.ADDRESS: "correct the table, or set the reference on the address in Odoo",
    NameKind.ITEM: "correct it here, or set the internal reference of the product in Odoo",
    NameKind.UNIT: "correct the table, or make the unit in Odoo",
    NameKind.CHARGE: "correct the table: our product's internal reference, or an account's number",
    NameKind.WAREHOUSE: "write the short name of a warehouse in Odoo",
    NameKind.LOCATION: "write the whole name of a location in Odoo, such as WH/Quarantine",
    NameKind.CARRIER: "write the shipping method as Odoo calls it",
    NameKind.MODEL: "correct the model, or install the module that brings it",
    NameKind.FIELD: "`hub records fields MODEL` lists them",
    NameKind.RECORD: "correct it here, or make it in Odoo",
}


def missing_names(names: Sequence[ErpName], erp: ErpGateway) -> Iterator[Finding]:
    """Yield a finding for each name that Odoo does not have, or has several times; ERROR where nothing works without.

    Raises Retryable or Undeliverable when Odoo does not answer.
    """
    for company, group in groupby(sorted(names, key=lambda name: name.company), lambda name: name.company):
        seen_from = list(group)
        try:
            with erp.acting_for(company):
                pass
        except Undeliverable:
            yield from _told([name for name in seen_from if name.kind is NameKind.COMPANY], {}, erp)
            continue
        with erp.acting_for(company):
            yield from _of_company([name for name in seen_from if name.kind is not NameKind.COMPANY], erp)


def _of_company(names: list[ErpName], erp: ErpGateway) -> Iterator[Finding]:
    for kind in NameKind:
        wanted = [name for name in names if name.kind is kind]
        if not wanted:
            continue
        if kind in {NameKind.MODEL, NameKind.FIELD, NameKind.RECORD}:
            found = _of_records(kind, wanted, erp)
        else:
            found = {(n, ""): count for n, count in erp.naming.having(kind, {w.name for w in wanted}).items()}
        yield from _told(wanted, found, erp)


def _of_records(kind: NameKind, wanted: list[ErpName], erp: ErpGateway) -> dict[tuple[str, str], int]:
    """Return how many there are of each (name, scope); a field of a model that is not there is not told again."""
    if kind is NameKind.MODEL:
        models = {name.name for name in wanted}
        return {(model, ""): int(erp.records.describe(model) is not None) for model in models}
    found: dict[tuple[str, str], int] = {}
    for scope in {name.scope for name in wanted}:
        names = {name.name for name in wanted if name.scope == scope}
        model, _, field = scope.rpartition(".") if kind is NameKind.RECORD else (scope, "", "")
        facts = erp.records.describe(model)
        if facts is None or (field and field not in facts.fields):
            found |= {(name, scope): 1 for name in names}
        elif kind is NameKind.FIELD:
            found |= {(name, scope): int(name in facts.fields or name == "id") for name in names}
        else:
            rows = erp.records.find(model, [field], [(name,) for name in sorted(names)], {})
            found |= {(name, scope): len(rows.get((name,), ())) for name in names}
    return found


def _told(wanted: list[ErpName], found: dict[tuple[str, str], int], erp: ErpGateway) -> Iterator[Finding]:
    """Yield what is not there once, as many of a file by name as a person reads."""
    wrong = [name for name in wanted if found.get((name.name, name.scope), 0) != 1]
    told: dict[tuple[str, NameKind], int] = {}
    for name in wrong:
        place = (name.where.file, name.kind)
        told[place] = told.get(place, 0) + 1
        if told[place] <= _MOST_TOLD:
            yield _finding(name, found.get((name.name, name.scope), 0), erp)
    for (file, kind), count in told.items():
        if count > _MOST_TOLD:
            at = next(name.where for name in wrong if name.where.file == file and name.kind is kind)
            message = f"{count - _MOST_TOLD} more of this file are no {kind.value} in Odoo"
            yield Finding(problems.CONFIG_REFERENCE, message, _weight(kind), at, hint=_MENDS[kind])


def _finding(name: ErpName, count: int, erp: ErpGateway) -> Finding:
    kind = name.kind
    of = f" of {name.scope}" if name.scope else ""
    if count > 1:
        message = (
            f'{count} records in Odoo are the {kind.value}{of} "{name.name}": nobody knows which is meant'
        )
        hint = "give each its own, or archive what is not used"
        return Finding(problems.CONFIG_REFERENCE, message, _weight(kind), name.where, name.name, hint)
    near = _near(name, erp)
    guess = f": did you mean {' or '.join(near)}?" if near else ""
    message = f'Odoo has no {kind.value}{of} "{name.name}"{guess}'
    return Finding(problems.CONFIG_REFERENCE, message, _weight(kind), name.where, name.name, _MENDS[kind])


def _near(name: ErpName, erp: ErpGateway) -> tuple[str, ...]:
    if name.kind in {NameKind.COMPANY, NameKind.MODEL, NameKind.FIELD, NameKind.RECORD}:
        return ()
    return tuple(f'"{near}"' for near in erp.naming.near(name.kind, name.name))


def _weight(kind: NameKind) -> Severity:
    return Severity.ERROR if kind in _VITAL else Severity.WARNING
