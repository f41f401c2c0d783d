"""Rows to values and back: the one place that knows both the columns and the model."""

from __future__ import annotations

from typing import Any

from msgspec import structs
from sqlalchemy import Row

from hub.model.documents import DocType
from hub.model.envelope import Envelope
from hub.model.exchange import Direction, ErpRecord, Exchange, Group, State, Transmission
from hub.store.columns import SHORT, from_json, storable, to_json

#: States in which the hub itself has the next move: a lane with such exchanges has work.
ACTIVE_STATES = frozenset(
    {State.UNWRAPPED, State.CHECKED, State.TRANSLATED, State.NOTICED, State.COMPOSED, State.IN_DOUBT}
)


def opening_lane(partner: str) -> str:
    """Return the lane in which a partner's transmissions are opened, one after the other."""
    return f"{partner or '-'}:in:open"


def bare_number(control: str) -> str:
    """Return a control number as it is matched: partners echo ISA13 and GS06 with and without zeros."""
    control = control.strip()
    return control.lstrip("0") or control[:1]


def to_transmission(row: Row[Any]) -> Transmission:
    """Read a row of `transmissions`."""
    return Transmission(
        id=row.id,
        partner=row.partner,
        channel=row.channel,
        name=row.name,
        sha256=row.sha256,
        size=row.size,
        state=State(row.state),
        why=row.why,
        attempts=row.attempts,
        received_at=row.received_at,
        due_at=row.due_at,
        removed_at=row.removed_at,
    )


def to_group(row: Row[Any]) -> Group:
    """Read a row of `groups`."""
    return Group(
        id=row.id,
        transmission_id=row.transmission_id,
        partner=row.partner,
        envelope=from_json(row.envelope, Envelope),
        declared_count=row.declared_count,
        acknowledged=row.acknowledged,
    )


def to_exchange(row: Row[Any]) -> Exchange:
    """Read a row of `exchanges`."""
    return Exchange(
        id=row.id,
        partner=row.partner,
        direction=Direction(row.direction),
        document=DocType(row.document),
        state=State(row.state),
        why=row.why,
        transmission_id=row.transmission_id,
        group_id=row.group_id,
        position=row.position,
        envelope=from_json(row.envelope, Envelope),
        number=row.number,
        order_number=row.order_number,
        key=row.key,
        digest=row.digest,
        lane=row.lane,
        attempts=row.attempts,
        released=row.released,
        erp=to_record(row.erp),
        source=to_record(row.source),
        created_at=row.created_at,
        updated_at=row.updated_at,
        due_at=row.due_at,
        deadline_at=row.deadline_at,
    )


def as_stored(exchange: Exchange) -> Exchange:
    """Return an exchange with its words as the database keeps them."""
    return structs.replace(
        exchange,
        why=storable(exchange.why),
        number=storable(exchange.number)[:SHORT],
        order_number=storable(exchange.order_number)[:SHORT],
        envelope=from_json(to_json(exchange.envelope), Envelope),
    )


def to_record(text: str | None) -> ErpRecord | None:
    """Read a record in Odoo from its JSON column."""
    return None if text is None else from_json(text, ErpRecord)


def record_json(record: ErpRecord | None) -> str | None:
    """Write a record in Odoo as its JSON column."""
    return None if record is None else to_json(record)


def exchange_columns(exchange: Exchange) -> dict[str, Any]:
    """Return all columns of an exchange but its id: its own fields and those made for looking things up."""
    envelope, erp, source = exchange.envelope, exchange.erp, exchange.source
    return {
        "partner": exchange.partner,
        "direction": exchange.direction,
        "document": exchange.document,
        "state": exchange.state,
        "why": exchange.why,
        "transmission_id": exchange.transmission_id,
        "group_id": exchange.group_id,
        "position": exchange.position,
        "number": exchange.number,
        "order_number": exchange.order_number,
        "key": exchange.key,
        "digest": exchange.digest,
        "lane": exchange.lane,
        "attempts": exchange.attempts,
        "released": exchange.released,
        "envelope": to_json(envelope),
        **_envelope_columns(envelope),
        "erp": record_json(erp),
        "erp_model": erp and erp.model,
        "erp_id": erp and erp.id,
        "source": record_json(source),
        "source_model": source and source.model,
        "source_id": source and source.id,
        "created_at": exchange.created_at,
        "updated_at": exchange.updated_at,
        "due_at": exchange.due_at,
        "deadline_at": exchange.deadline_at,
        "work_lane": exchange.lane if exchange.state in ACTIVE_STATES else None,
        "search": _search_text(exchange),
    }


def _envelope_columns(envelope: Envelope) -> dict[str, str]:
    return {
        "sender": str(envelope.sender),
        "receiver": str(envelope.receiver),
        "usage": envelope.usage,
        "interchange_control": bare_number(envelope.interchange_control),
        "functional_id": envelope.functional_id,
        "group_control": bare_number(envelope.group_control),
        "set_control": bare_number(envelope.set_control),
    }


def _search_text(exchange: Exchange) -> str:
    """Return what `LogQuery.number` looks in: all numbers and names in lower case, one a line."""
    envelope = exchange.envelope
    words = (
        exchange.number,
        exchange.order_number,
        exchange.erp.name if exchange.erp else "",
        exchange.source.name if exchange.source else "",
        envelope.interchange_control,
        envelope.group_control,
        envelope.set_control,
    )
    return "\n".join(dict.fromkeys(word.lower() for word in words if word))
