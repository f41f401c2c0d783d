"""The documents of a run, drawn from a seed: who sends what, in which order, and what must become of it.

Customers send orders and changes of orders, some of them before the order, some orders with a fault, some files and
some orders twice. Suppliers send their stock; their answers to our orders are written when those have come
(`partners`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from msgspec import Struct, field

from tests.support.x12_desk import X12Desk
from tests.torture.world import CUSTOMERS, ITEMS, PRICE, SUPPLIERS, Trader

#: Shares of the documents that come in. What is left are answers of suppliers, three to an order of ours.
_CHANGES, _STOCK, _ANSWERS = 0.2, 0.08, 0.24
_FAULTY, _REPEATED_ORDER, _REPEATED_FILE, _TOGETHER, _EARLY = 0.08, 0.04, 0.06, 0.15, 0.1
#: A change comes so many files of its partner after its order at most.
_LATEST = 12


class Sale(Struct, kw_only=True):
    """An order of a customer, and what its lines are when all changes are applied."""

    trader: Trader
    number: str
    faulty: bool
    lines: dict[str, int]  # our item -> quantity
    changes: int = 0


class Paper(Struct, frozen=True, kw_only=True):
    """A document that comes in, and how the hub must leave it."""

    set_id: str
    number: str  # of the order it belongs to; of an 846 its own
    change: str = ""  # its own number, of a change
    body: list[str]
    ends: str = "posted"  # posted | rejected | duplicate


class Upload(Struct, frozen=True, kw_only=True):
    """A file that a partner puts before us."""

    trader: Trader
    name: str
    control: int
    papers: tuple[Paper, ...]
    data: bytes
    repeated: bool = False  # the bytes of another one, under a name of its own


class Plan(Struct, kw_only=True):
    """All of a run."""

    uploads: list[Upload]
    sales: dict[str, Sale]
    purchases: list[tuple[Trader, int]]  # what we order, from whom: 855, 856 and 810 answer each
    desks: dict[str, X12Desk] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        """Return how many documents come in."""
        return sum(len(u.papers) for u in self.uploads) + 3 * len(self.purchases)


def draw(seed: int, documents: int) -> Plan:
    """Return the plan of a seed with about so many documents that come in."""
    dice = random.Random(seed)
    plan = Plan(uploads=[], sales={}, purchases=[])
    plan.desks = {t.key: X12Desk(t.isa) for t in (*CUSTOMERS, *SUPPLIERS)}
    plan.purchases = [
        (dice.choice(SUPPLIERS), dice.randint(1, 40)) for _ in range(round(documents * _ANSWERS / 3))
    ]
    orders = documents - 3 * len(plan.purchases) - round(documents * (_STOCK + _CHANGES))
    papers: dict[str, list[Paper]] = {t.key: [] for t in CUSTOMERS}
    for at in range(orders):
        trader = dice.choice(CUSTOMERS)
        _order(plan, dice, trader, f"{trader.key[0].upper()}{seed}-{at:05d}", papers[trader.key])
    sound = [sale for sale in plan.sales.values() if not sale.faulty]
    for _ in range(round(documents * _CHANGES)):
        _change(dice, dice.choice(sound), papers)
    queues = [_files(plan, dice, t, papers[t.key]) for t in CUSTOMERS]
    queues += [_stock(plan, dice, t, round(documents * _STOCK / len(SUPPLIERS))) for t in SUPPLIERS]
    plan.uploads = _shuffled_together(dice, [list(queue) for queue in queues])
    return plan


def _order(plan: Plan, dice: random.Random, trader: Trader, number: str, papers: list[Paper]) -> None:
    items = dice.sample(sorted(ITEMS), dice.randint(1, 4))
    wanted = {item: dice.randint(1, 99) for item in items}
    faulty = dice.random() < _FAULTY
    rows = [
        f"PO1*{at}*{'some' if faulty and at == 1 else quantity}*EA*{PRICE[item]:.2f}**BP*{item}"
        for at, (item, quantity) in enumerate(wanted.items(), 1)
    ]
    body = [f"BEG*00*SA*{number}**20261120", "CUR*BY*USD", *rows, f"CTT*{len(rows)}"]
    lines = {ITEMS[item]: quantity for item, quantity in wanted.items()}
    plan.sales[number] = Sale(trader=trader, number=number, faulty=faulty, lines=lines)
    papers.append(Paper(set_id="850", number=number, body=body, ends="rejected" if faulty else "posted"))
    if not faulty and dice.random() < _REPEATED_ORDER:
        papers.append(Paper(set_id="850", number=number, body=body, ends="duplicate"))


def _change(dice: random.Random, sale: Sale, papers: dict[str, list[Paper]]) -> None:
    """Change the first line of an order, or add one; put it a while after what came of the order before it."""
    sale.changes += 1
    first = next(iter(sale.lines))
    unused = [item for item, ours in ITEMS.items() if ours not in sale.lines]
    if sale.changes % 2 or not unused:
        sale.lines[first] = dice.randint(100, 199)
        row = f"POC*1*QI*{sale.lines[first]}**EA"
    else:
        item, quantity = dice.choice(unused), dice.randint(1, 99)
        row = f"POC*{len(sale.lines) + 1}*AI*{quantity}**EA*{PRICE[item]:.2f}**BP*{item}"
        sale.lines[ITEMS[item]] = quantity
    head = f"BCH*04*SA*{sale.number}**{sale.changes}*20261120*****20261121"
    paper = Paper(set_id="860", number=sale.number, change=str(sale.changes), body=[head, row, "CTT*1"])
    queue = papers[sale.trader.key]
    of_order = [at for at, one in enumerate(queue) if one.number == sale.number]
    early = sale.changes == 1 and dice.random() < _EARLY
    queue.insert(max(0, of_order[0] - 1) if early else of_order[-1] + 1 + dice.randrange(_LATEST), paper)


def _files(plan: Plan, dice: random.Random, trader: Trader, papers: list[Paper]) -> Iterator[Upload]:
    """Yield a customer's files: mostly one document each, now and then several of a kind, or a file again."""
    desk, rest, count = plan.desks[trader.key], list(papers), 0
    while rest:
        together = [rest.pop(0)]
        while rest and rest[0].set_id == together[0].set_id and dice.random() < _TOGETHER:
            together.append(rest.pop(0))
        data = desk.write(together[0].set_id, *(paper.body for paper in together))
        again = dice.random() < _REPEATED_FILE and all(p.ends != "rejected" for p in together)
        for repeated in (False, True)[: 1 + again]:
            count += 1
            yield Upload(
                trader=trader,
                name=f"{count:05d}-{together[0].set_id}.edi",
                control=desk.control,
                papers=() if repeated else tuple(together),
                data=data,
                repeated=repeated,
            )


def _stock(plan: Plan, dice: random.Random, trader: Trader, files: int) -> Iterator[Upload]:
    desk = plan.desks[trader.key]
    for at in range(1, files + 1):
        number = f"{trader.key}-{at}"
        body = [f"BIA*00*SI*{number}*20261120*0600", f"N1*SE*{trader.ref}"]
        body += [f"LIN**VP*{trader.key}-1", f"QTY*33*{dice.randint(0, 999)}*EA", "CTT*1"]
        paper = Paper(set_id="846", number=number, body=body)
        data = desk.write("846", body)
        name = f"{at:05d}-846.edi"
        yield Upload(trader=trader, name=name, control=desk.control, papers=(paper,), data=data)


def _shuffled_together(dice: random.Random, queues: list[list[Upload]]) -> list[Upload]:
    """Return the files of all; those of one partner stay in their order."""
    turns = [at for at, queue in enumerate(queues) for _ in queue]
    dice.shuffle(turns)
    return [queues[at].pop(0) for at in turns]
