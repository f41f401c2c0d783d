"""What a run is judged by: the log, the practice Odoo's own database, and what the partners have in their hands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from sqlalchemy import Table, select

from hub.heart import LEASE_SECONDS
from hub.store.engine import READ_ONLY, make_engine
from hub.store.schema import events, exchanges, transmissions
from tests.support.x12_desk import Read, read
from tests.torture.odoo import open_odoo
from tests.torture.partners import Side
from tests.torture.plan import Plan, Upload
from tests.torture.site import Site

KINDS = ("lost", "twice", "acknowledgments", "order", "recovery")

SET_IDS = {
    "850": "purchase_order",
    "860": "order_change",
    "855": "order_acknowledgment",
    "856": "ship_notice",
    "810": "invoice",
    "846": "inventory_advice",
}
ENDS = frozenset({"posted", "rejected", "duplicate", "matched", "delivered", "acknowledged"})

Violation = tuple[str, str]
Rows = list[Any]


class Log:
    """All rows of the translation log, oldest first."""

    def __init__(self, exchanges: Rows, transmissions: Rows, events: Rows) -> None:
        self.exchanges, self.transmissions, self.events = exchanges, transmissions, events
        self.received = [e for e in exchanges if e.direction == "in"]
        self.doubts = sum(e.to_state == "in_doubt" for e in events)
        self.tries = sum(e.what == "stayed" for e in events)


def read_log(url: str) -> Log:
    """Return the log in the database of a URL."""
    engine = make_engine(url).execution_options(**{READ_ONLY: True})
    try:
        return Log(*(_rows(engine, table) for table in (exchanges, transmissions, events)))
    finally:
        engine.dispose()


def _rows(engine: Any, table: Table) -> Rows:
    with engine.connect() as connection:
        return list(connection.execute(select(table).order_by(table.c.id)))


def judge(site: Site, log: Log, healed: list[tuple[str, float]]) -> list[Violation]:
    """Return every violation of what is promised; call it when the hub has ended, and Odoo not yet."""
    uploads = [u for side in site.sides.by_key.values() for u in side.uploads]
    found = [*_files(log, uploads), *_documents(log, uploads), *_sent(log, site.plan)]
    found += [*_odoo(site, log), *_proven(site)]
    for side in site.sides.by_key.values():
        found += _answers(side)
        found += _controls(side)
    found += [*_changes_in_order(log), *_orders_in_order(log)]
    found += [
        ("recovery", f"lane {lane} stood still for {seconds:.1f} s")
        for lane, seconds in healed
        if seconds > 2 * LEASE_SECONDS
    ]
    return found


# --- nothing is lost
def _files(log: Log, uploads: list[Upload]) -> Iterator[Violation]:
    """Each file is one transmission; of the same bytes one is opened."""
    taken = Counter((t.partner, t.name) for t in log.transmissions)
    opened = Counter((t.partner, t.sha256) for t in log.transmissions if t.state == "opened")
    for upload in uploads:
        times = taken[upload.trader.key, upload.name]
        if times != 1:
            yield (
                "lost" if not times else "twice",
                f"{upload.trader.key}: {upload.name} was taken {times} times",
            )
    for (partner, sha256), times in opened.items():
        if times > 1:
            yield "twice", f"{partner}: the bytes {sha256[:12]} were opened {times} times"


def _documents(log: Log, uploads: list[Upload]) -> Iterator[Violation]:
    """Each document is one exchange, in the state that it must end in."""
    wanted: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for upload in uploads:
        for paper in upload.papers:
            key = (upload.trader.key, SET_IDS[paper.set_id], paper.change or paper.number, paper.number)
            wanted[key[: 4 if paper.change else 3]].append(paper.ends)
    got: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in log.received:
        whole = (row.partner, row.document, row.number, row.order_number)
        got[whole[: 4 if row.document == "order_change" else 3]].append(row.state)
        if row.state not in ENDS:
            yield "lost", f"exchange {row.id} {row.document} {row.number} is {row.state}: {row.why}"
    for key, ends in wanted.items():
        if sorted(ends) != sorted(got[key]):
            yield "lost", f"{' '.join(key)}: {sorted(got[key])} in place of {sorted(ends)}"


def _sent(log: Log, plan: Plan) -> Iterator[Violation]:
    """Each order of ours and each answer to a change went out once."""
    sent = [e for e in log.exchanges if e.direction == "out"]
    for row in sent:
        if row.state not in ENDS:
            yield (
                "lost",
                f"exchange {row.id} {row.document} {row.number} to {row.partner} is {row.state}: {row.why}",
            )
    kinds = Counter(row.document for row in sent)
    changes = sum(sale.changes for sale in plan.sales.values())
    for document, count in (
        ("purchase_order", len(plan.purchases)),
        ("order_change_acknowledgment", changes),
    ):
        if kinds[document] != count:
            yield (
                "lost" if kinds[document] < count else "twice",
                f"{kinds[document]} of {count} {document} went out",
            )


# --- once in Odoo
def _odoo(site: Site, log: Log) -> Iterator[Violation]:
    odoo = open_odoo(site.root)
    try:
        with odoo.data.transaction() as env:
            yield from _sales(env, site.plan)
            bills = Counter(
                row["ref"] for row in env.rows("account.move", env.search("account.move", []), ["ref"])
            )
    finally:
        odoo.data.close()
    for number in {row.number for row in log.received if row.document == "invoice"}:
        if bills[number] != 1:
            yield "twice" if bills[number] else "lost", f"bill {number} is {bills[number]} times in Odoo"


def _proven(site: Site) -> Iterator[Violation]:
    """What the hub itself finds: its ledger against Odoo, its archive against its hashes."""
    for kind, command in (("twice", ("prove", "once-only", "--faults")), ("lost", ("verify",))):
        status, told = site.say(*command)
        if status:
            yield kind, f"hub {' '.join(command)}: {told[-400:]}"


def _sales(env: Any, plan: Plan) -> Iterator[Violation]:
    """Each sound order is one sale order whose lines are as the last change left them."""
    ids = env.search("sale.order", [["client_order_ref", "!=", False]], order="id")
    refs = {r["id"]: r["client_order_ref"] for r in env.rows("sale.order", ids, ["client_order_ref"])}
    products = env.rows("product.product", env.search("product.product", []), ["default_code"])
    codes = {row["id"]: row["default_code"] for row in products}
    lines: dict[str, list[tuple[str, float]]] = defaultdict(list)
    fields = ["order_id", "product_id", "product_uom_qty"]
    for row in env.rows("sale.order.line", env.search("sale.order.line", []), fields):
        order, product = _id(row["order_id"]), _id(row["product_id"])
        lines[refs.get(order, "")].append((codes.get(product, ""), row["product_uom_qty"]))
    made = Counter(refs.values())
    for number, sale in plan.sales.items():
        if made[number] != (not sale.faulty):
            yield "twice" if made[number] else "lost", f"sale order {number} is {made[number]} times in Odoo"
        elif not sale.faulty and sorted(lines[number]) != sorted(sale.lines.items()):
            yield "order", f"{number} has {sorted(lines[number])} in place of {sorted(sale.lines.items())}"


def _id(value: Any) -> int:
    return int(value[0] if isinstance(value, (list, tuple)) else value)


# --- answered once
def _answers(side: Side) -> Iterator[Violation]:
    """Each group has one 997, however often its bytes came, and it says what it must."""
    said: dict[int, set[bytes]] = defaultdict(set)
    for data in side.collected:
        file = read(data)
        if file.one("ST")[1] == "997":
            said[int(file.one("AK1")[2])].add(data)
    for upload in side.uploads:
        if not upload.papers:
            continue
        answers = said[upload.control]
        if len(answers) != 1:
            yield (
                "acknowledgments",
                f"{side.trader.key}: group {upload.control} has {len(answers)} different 997s",
            )
        for data in answers:
            told, fit = read(data).one("AK9")[1:5], _must_say(upload)
            if told != fit:
                yield (
                    "acknowledgments",
                    f"{side.trader.key}: group {upload.control}: AK9 {told} in place of {fit}",
                )
    for control in said.keys() - {u.control for u in side.uploads if u.papers}:
        yield "acknowledgments", f"{side.trader.key}: a 997 for group {control}, which owes none"


def _must_say(upload: Upload) -> list[str]:
    count, bad = len(upload.papers), sum(p.ends == "rejected" for p in upload.papers)
    return ["A" if not bad else "R" if bad == count else "P", str(count), str(count), str(count - bad)]


def _controls(side: Side) -> Iterator[Violation]:
    """Interchange numbers of what we wrote to a partner: each once, and none left out; groups alike."""
    files = [read(data) for data in set(side.collected)]
    for what, numbers in _numbers(files).items():
        twice = [n for n, times in Counter(numbers).items() if times > 1]
        if twice:
            yield "acknowledgments", f"{side.trader.key}: {what} {twice[:5]} were used for different bytes"
        if sorted(set(numbers)) != list(range(1, len(set(numbers)) + 1)):
            gaps = sorted(set(range(1, max(numbers))) - set(numbers))
            yield "acknowledgments", f"{side.trader.key}: {what} {gaps[:5]} were left out"


def _numbers(files: list[Read]) -> Mapping[str, list[int]]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for file in files:
        numbers["interchange numbers"].append(int(file.one("ISA")[13]))
        numbers["group numbers"].append(int(file.one("GS")[6]))
    return numbers


# --- in order
def _posted_by(log: Log) -> dict[int, int]:
    """Return the event by which each exchange became posted; events are numbered as they happened."""
    return {e.exchange_id: e.id for e in log.events if e.to_state == "posted" and e.exchange_id}


def _changes_in_order(log: Log) -> Iterator[Violation]:
    """An order comes before its changes, and they as they are numbered."""
    posted = _posted_by(log)
    of_order: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in log.received:
        if row.id in posted and row.document in {"purchase_order", "order_change"}:
            rank = int(row.number) if row.document == "order_change" else 0
            of_order[row.partner, row.order_number].append((rank, posted[row.id]))
    for (partner, number), steps in of_order.items():
        happened = [rank for rank, _ in sorted(steps, key=lambda step: step[1])]
        if happened != sorted(happened):
            yield "order", f"{partner} {number}: changes were applied as {happened}"


def _orders_in_order(log: Log) -> Iterator[Violation]:
    """Orders of a partner are made in Odoo as they came; one that had to be tried again may be passed by others."""
    tried = {e.exchange_id for e in log.events if e.what == "stayed" or e.to_state == "in_doubt"}
    made: dict[str, list[Any]] = defaultdict(list)
    for row in log.received:
        if row.document == "purchase_order" and row.state == "posted" and row.id not in tried:
            made[row.partner].append(row)
    for partner, rows in made.items():
        for before, after in pairwise(rows):
            if before.erp_id > after.erp_id:
                yield "order", f"{partner}: {after.number} was made before {before.number}, which came first"
