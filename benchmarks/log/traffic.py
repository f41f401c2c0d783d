"""The rows of a log after months of trade: orders and all that follows each, files, answers, and some trouble.

One trade is an order with its 997, and 855, 856 and 810 with the partner's 997 for each: what a hub for a company that
sells is mostly used for. Now and then stock comes. Everything follows from the number of the trade, so two logs of one
size are alike.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hub.model.documents import DocType
from hub.model.envelope import Address, Delimiters, Envelope
from hub.model.exchange import Direction, ErpRecord, Exchange, State
from hub.model.finding import Finding, Severity, Where
from hub.store.columns import to_json
from hub.store.rows import exchange_columns

PARTNERS = tuple(f"partner{n:02}" for n in range(40))
DAYS = 90
EACH_TRADE = 8  # exchanges

#: Of each thousand orders, and of each thousand documents that we send, so many end otherwise than well.
_ORDER_ENDS = {State.REJECTED: 8, State.HELD: 3, State.DEAD: 1, State.DUPLICATE: 6, State.CANCELLED: 2}
_SENT_ENDS = {State.OVERDUE: 2, State.REFUSED: 2, State.CANCELLED: 1}

_PROBLEMS = (
    ("X001", Severity.WARNING, "PO107 (Product/Service ID) 'AR-{n}' is not in our catalogue under that name"),
    ("X002", Severity.NOTE, "CTT02 says {n}; PO102 add up to 2"),
    ("X003", Severity.HOLD, "the price {n}.10 of line 2 is not the one agreed, which is {n}.00"),
)

Row = dict[str, Any]
Rows = dict[str, list[Row]]  # by table


class Traffic:
    """Makes trades, the oldest first; ids count up over all of them. `payloads`: name in the archive, and size."""

    def __init__(
        self, trades: int, until: datetime, payloads: list[tuple[str, int]], canonical: tuple[str, int]
    ) -> None:
        self._trades, self._begin, self._payloads = trades, until - timedelta(days=DAYS), payloads
        self._canonical = canonical
        self._step = timedelta(days=DAYS) / max(trades, 1)
        self._random = Random(trades)
        self._ids: dict[str, int] = {}
        self._rows: Rows = {}

    def rows(self, numbers: Iterable[int]) -> Rows:
        """Return the rows of these trades, by table."""
        self._rows = {}
        for number in numbers:
            self._trade(number)
        return self._rows

    def _trade(self, n: int) -> None:
        at = self._begin + n * self._step
        partner = PARTNERS[min(int(self._random.expovariate(0.12)), len(PARTNERS) - 1)]
        fresh = n > self._trades - 50  # still under way
        order, sale = f"45{n:08d}", ErpRecord("sale.order", n + 1, f"S{n:06d}", "sale")
        end = State.UNWRAPPED if fresh else _end(self._random, _ORDER_ENDS, State.POSTED)
        why = _why(end, f"made {sale.name}")
        came = self._came(partner, at, DocType.PURCHASE_ORDER, order, end, why, sale)
        self._answered(partner, at, came, n)
        follow = (
            (DocType.ORDER_ACKNOWLEDGMENT, "855", sale),
            (DocType.SHIP_NOTICE, "856", ErpRecord("stock.picking", n + 1, f"WH/OUT/{n:06d}", "done")),
            (DocType.INVOICE, "810", ErpRecord("account.move", n + 1, f"INV/2026/{n:06d}", "posted")),
        )
        for hours, (document, set_id, record) in enumerate(follow, 1):
            told = self._told(partner, at + timedelta(hours=4 * hours), document, set_id, order, record)
            self._their_answer(partner, at + timedelta(hours=4 * hours, minutes=9), told)
            if set_id == "856" and n % 2:  # a shipment for the order before, too
                further = {"exchange_id": told, "order_number": f"45{max(n - 1, 0):08d}"}
                self._rows.setdefault("exchange_orders", []).append(further)

    # --- what comes
    def _came(
        self, partner: str, at: datetime, document: DocType, order: str, end: State, why: str, erp: ErpRecord
    ) -> int:
        """Add a file with one document; return the exchange."""
        file = self._file(partner, at, f"po_{order}.edi", opened=True)
        envelope = _envelope(partner, "PO", "850", file, inbound=True)
        group = self._add(
            "groups",
            transmission_id=file,
            partner=partner,
            envelope=to_json(envelope),
            declared_count="1",
            acknowledged=end is not State.UNWRAPPED,
        )
        posted = end is State.POSTED
        key = f"{partner}_purchase_order_{order}"
        exchange = self._exchange(
            at,
            partner=partner,
            direction=Direction.IN,
            document=document,
            state=end,
            why=why,
            envelope=envelope,
            transmission_id=file,
            group_id=group,
            position=1,
            number=order,
            order_number=order,
            key=key,
            lane=f"{partner}:in:orders",
            erp=erp if posted else None,
        )
        self._story(exchange, at, (State.UNWRAPPED, State.CHECKED, State.TRANSLATED, end), why)
        self._artifacts(exchange, at, ("payload", "canonical"))
        self._found(exchange, at)
        if posted:
            record = to_json(erp)
            self._rows.setdefault("postings", []).append(
                {"key": key, "exchange_id": exchange, "digest": "", "record": record, "model": erp.model}
                | {"record_id": erp.id, "state": "posted", "at": at}
            )
        return exchange

    def _their_answer(self, partner: str, at: datetime, about: int) -> None:
        file = self._file(partner, at, f"997-{about}.edi", opened=True)
        envelope = _envelope(partner, "FA", "997", file, inbound=True)
        exchange = self._exchange(
            at,
            partner=partner,
            direction=Direction.IN,
            document=DocType.FUNCTIONAL_ACK,
            state=State.MATCHED,
            why=f"answers exchange {about}",
            envelope=envelope,
            transmission_id=file,
            position=1,
            number="0001",
            lane=f"{partner}:in:open",
        )
        self._story(exchange, at, (State.UNWRAPPED, State.MATCHED), "")
        self._artifacts(exchange, at, ("payload",))
        self._acknowledged(at, about, exchange, Direction.IN, "their 997 accepts it")

    def _file(self, partner: str, at: datetime, name: str, *, opened: bool) -> int:
        sha256, size = self._random.choice(self._payloads)
        state = State.OPENED if opened else State.RECEIVED
        values = {"partner": partner, "channel": "sftp", "name": name, "sha256": sha256, "size": size}
        values |= {"state": state.value, "why": "1 document", "attempts": 0}
        file = self._add("transmissions", **values, received_at=at, updated_at=at)
        for before, after in (("", State.RECEIVED.value), (State.RECEIVED.value, state.value)):
            self._event(at, before, after, "1 document", transmission_id=file)
        self._add(
            "received_interchanges",
            sender=f"ZZ:{partner.upper()}",
            receiver="ZZ:OURCO",
            usage="P",
            control=str(file),
            transmission_id=file,
            sha256=sha256,
            at=at,
        )
        return file

    # --- what goes
    def _answered(self, partner: str, at: datetime, about: int, n: int) -> None:
        """Add our 997."""
        why = f"as 997_{n}_{about:09d}.edi"
        exchange = self._sent(
            partner, at, DocType.FUNCTIONAL_ACK, "997", State.DELIVERED, why, number=str(about)
        )
        self._acknowledged(at, about, exchange, Direction.OUT, "")

    def _told(
        self, partner: str, at: datetime, document: DocType, set_id: str, order: str, record: ErpRecord
    ) -> int:
        end = _end(self._random, _SENT_ENDS, State.ACKNOWLEDGED)
        return self._sent(
            partner,
            at,
            document,
            set_id,
            end,
            _why(end, "their 997 accepts it"),
            number=record.name,
            order_number=order,
            key=f"{document.value}:{record.model}:{record.id}",
            erp=record,
            source=record,
            deadline_at=at + timedelta(days=1),
        )

    def _sent(
        self,
        partner: str,
        at: datetime,
        document: DocType,
        set_id: str,
        end: State,
        why: str,
        **more: Any,  # noqa: ANN401 - fields of an exchange
    ) -> int:
        control = self._ids.get("exchanges", 0) + 1
        exchange = self._exchange(
            at,
            partner=partner,
            direction=Direction.OUT,
            document=document,
            state=end,
            why=why,
            envelope=_envelope(partner, "FA" if set_id == "997" else "IN", set_id, control, inbound=False),
            lane=f"{partner}:out",
            **more,
        )
        self._story(exchange, at, (State.NOTICED, State.COMPOSED, State.SENT, end), why)
        self._artifacts(exchange, at, ("canonical", "sent"))
        for scope in ("isa", "gs"):
            named = f"{scope}:ZZ:OURCO>ZZ:{partner.upper()}"
            self._add(
                "control_uses",
                scope=named,
                number=control,
                round=0,
                exchange_id=exchange,
                purpose=document.value,
                at=at,
            )
        return exchange

    # --- what belongs to an exchange
    def _exchange(self, at: datetime, **values: Any) -> int:  # noqa: ANN401 - fields of an exchange
        exchange = Exchange(id=0, created_at=at, updated_at=at + timedelta(seconds=2), **_whole(values))
        return self._add("exchanges", **exchange_columns(exchange))

    def _story(self, exchange: int, at: datetime, states: tuple[State, ...], why: str) -> None:
        before = ""
        for n, state in enumerate(states):
            self._event(at + timedelta(milliseconds=300 * n), before, state.value, why, exchange_id=exchange)
            before = state.value

    def _event(self, at: datetime, before: str, after: str, why: str, **owner: int) -> None:
        what = "moved" if before else "created"
        whose = {"exchange_id": None, "transmission_id": None} | owner
        self._add(
            "events",
            at=at,
            what=what,
            actor="hub",
            from_state=before,
            to_state=after,
            why=why,
            detail="{}",
            **whose,
        )

    def _artifacts(self, exchange: int, at: datetime, kinds: tuple[str, ...]) -> None:
        for kind in kinds:
            sha256, size = self._canonical if kind == "canonical" else self._random.choice(self._payloads)
            values = {"kind": kind, "sha256": sha256, "size": size, "media_type": "application/edi-x12"}
            self._add("artifacts", exchange_id=exchange, at=at, **values)

    def _found(self, exchange: int, at: datetime) -> None:
        for _ in range(self._random.choice((0, 0, 1, 2))):
            problem, severity, text = self._random.choice(_PROBLEMS)
            message = text.format(n=self._random.randrange(1_000_000))
            told = to_json(
                Finding(problem=problem, severity=severity, message=message, where=Where(segment_number=9))
            )
            self._add(
                "findings",
                exchange_id=exchange,
                stage="translate",
                problem=problem,
                severity=severity.value,
                message=message,
                finding=told,
                at=at,
            )

    def _acknowledged(
        self, at: datetime, about: int, carrier: int, direction: Direction, detail: str
    ) -> None:
        self._add(
            "acknowledgments",
            kind="997",
            direction=direction.value,
            exchange_id=about,
            ack_exchange_id=carrier,
            verdict="A",
            detail=detail,
            at=at,
        )

    def _add(self, table: str, **values: Any) -> int:  # noqa: ANN401 - columns
        self._ids[table] = row = self._ids.get(table, 0) + 1
        self._rows.setdefault(table, []).append({"id": row, **values})
        return row


def _whole(values: Row) -> Row:
    """Return the fields of an exchange with those that a new one has not."""
    empty: Row = {"transmission_id": None, "group_id": None, "position": 0, "number": "", "order_number": ""}
    return empty | {"key": "", "digest": "", "attempts": 0, "released": False} | values


def _end(random: Random, others: dict[State, int], well: State) -> State:
    drawn = random.randrange(1000)
    for state, count in others.items():
        if drawn < count:
            return state
        drawn -= count
    return well


def _why(state: State, well: str) -> str:
    told = {
        State.REJECTED: "1 error: segment 9: PO102 (Quantity ordered) 'two dozen' is not a number",
        State.HELD: "line 2: the price is not the one agreed; release it, or reject it",
        State.DEAD: "Odoo: missing required field",
        State.OVERDUE: "no acknowledgment by the agreed time",
        State.UNWRAPPED: "",
    }
    return told.get(state, well)


def _envelope(partner: str, functional: str, set_id: str, control: int, *, inbound: bool) -> Envelope:
    them, us = Address("ZZ", partner.upper()), Address("ZZ", "OURCO")
    return Envelope(
        format="x12",
        sender=them if inbound else us,
        receiver=us if inbound else them,
        interchange_control=f"{control:09d}",
        usage="P",
        version="00401",
        delimiters=Delimiters(element="*", component=">", segment="~"),
        functional_id=functional,
        group_sender=partner.upper() if inbound else "OURCO",
        group_receiver="OURCO" if inbound else partner.upper(),
        group_control=str(control),
        release="004010",
        set_id=set_id,
        set_control="0001",
    )
