"""The tables of the store. Migrations make them; a test holds that both agree.

Rows carry the SHA-256 of payloads: the archive has the bytes under it, but small ones, which are in the rows of
`artifacts`. Envelopes, records and findings are JSON, and what is searched for stands beside it in columns of its own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from hub.store.columns import SHORT, Instant, Name, RowId, Words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _words(name: str, limit: int | None = None) -> Column[str]:
    return Column(name, Words(limit), nullable=False, server_default="")


def _name(name: str) -> Column[str]:
    return Column(name, Name, nullable=False, server_default="")


def _reference(name: str, table: str) -> Column[int]:
    return Column(name, RowId, ForeignKey(f"{table}.id"))


transmissions = Table(
    "transmissions",
    metadata,
    Column("id", RowId, primary_key=True),
    _name("partner"),
    _words("channel"),
    _words("name"),
    Column("sha256", Text, nullable=False),
    Column("size", RowId, nullable=False),
    Column("state", Words(), nullable=False),
    _words("why"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("received_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("due_at", Instant),
    # The lane while the transmission has work to do in it, else null: a small index that only runners read.
    Column("work_lane", Name),
    Column("removed_at", Instant),  # when retention removed the file; the row stays
    Index("ix_transmissions_bytes", "sha256", "partner"),
    Index("ix_transmissions_partner", "partner", "id"),
    Index("ix_transmissions_state", "state", "id"),
    Index("ix_transmissions_name", "partner", "name"),
    Index("ix_transmissions_tally", "partner", "state", "received_at"),
)

groups = Table(
    "groups",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("transmission_id", RowId, ForeignKey("transmissions.id"), nullable=False, index=True),
    _name("partner"),
    Column("envelope", Text, nullable=False),
    _words("declared_count"),
    Column("acknowledged", Boolean, nullable=False),
)

exchanges = Table(
    "exchanges",
    metadata,
    Column("id", RowId, primary_key=True),
    _name("partner"),
    Column("direction", Words(), nullable=False),
    Column("document", Words(), nullable=False),
    Column("state", Words(), nullable=False),
    _words("why"),
    _reference("transmission_id", "transmissions"),
    _reference("group_id", "groups"),
    Column("position", Integer, nullable=False, server_default="0"),
    _words("number", SHORT),
    _words("order_number", SHORT),
    _name("key"),
    _words("digest"),
    _name("lane"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("released", Boolean, nullable=False),
    # the envelope, whole and in the parts that are looked up (numbers without their leading zeros)
    Column("envelope", Text, nullable=False),
    _words("sender", SHORT),
    _words("receiver", SHORT),
    _words("usage", SHORT),
    _words("interchange_control", SHORT),
    _words("functional_id", SHORT),
    _words("group_control", SHORT),
    _words("set_control", SHORT),
    # records in Odoo: JSON, and model and id to look them up by
    Column("erp", Text),
    Column("erp_model", Text),
    Column("erp_id", RowId),
    Column("source", Text),
    Column("source_model", Text),
    Column("source_id", RowId),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("deadline_at", Instant),
    Column("work_lane", Name),
    _words("search", 4 * SHORT),  # all numbers and names in lower case, one a line
    # Lists, newest first. All that they may be narrowed by stands in each index, so whichever the database takes,
    # rows that do not match are not read.
    Index("ix_exchanges_partner", "partner", "id", "state", "document", "direction"),
    Index("ix_exchanges_state", "state", "id", "partner", "document", "direction"),
    Index("ix_exchanges_created", "created_at", "id", "document", "partner", "direction", "state"),
    Index(
        "ix_exchanges_tally", "partner", "direction", "document", "state", "created_at"
    ),  # sums, in their order
    Index("ix_exchanges_key", "key", "direction"),
    Index("ix_exchanges_number", "number", "partner"),
    Index("ix_exchanges_order", "order_number", "partner"),
)


def _partial_index(name: str, *columns: Column[Any], where: str, unique: bool = False) -> None:
    """Make an index of some rows only: what most rows have not need not be written for them."""
    only = text(where)
    Index(name, *columns, unique=unique, sqlite_where=only, postgresql_where=only)


_exchange = exchanges.c
_partial_index(
    "ix_exchanges_transmission",
    _exchange.transmission_id,
    _exchange.position,
    where="transmission_id IS NOT NULL",
)
_partial_index("ix_exchanges_group", _exchange.group_id, _exchange.position, where="group_id IS NOT NULL")
_partial_index("ix_exchanges_erp", _exchange.erp_model, _exchange.erp_id, where="erp_id IS NOT NULL")
_partial_index(
    "ix_exchanges_source", _exchange.source_model, _exchange.source_id, where="source_id IS NOT NULL"
)
_partial_index(
    "ix_exchanges_deadline", _exchange.state, _exchange.deadline_at, where="deadline_at IS NOT NULL"
)
#: What a partner's acknowledgment names. A query must say `SENT_BY_US`, or the database cannot know that they serve.
SENT_BY_US = "direction = 'out'"
_partial_index("ix_exchanges_interchange", _exchange.partner, _exchange.interchange_control, where=SENT_BY_US)
_partial_index("ix_exchanges_group_control", _exchange.partner, _exchange.group_control, where=SENT_BY_US)
_partial_index(  # one exchange for one thing that happened
    "uq_exchanges_outbound_key", _exchange.key, where="direction = 'out' AND key <> ''", unique=True
)
for _table in (transmissions, exchanges):
    _partial_index(
        f"ix_{_table.name}_work",
        _table.c.work_lane,
        _table.c.id,
        _table.c.due_at,
        where="work_lane IS NOT NULL",
    )
#: What failed and is tried again: as with `SENT_BY_US`, a query must say it in these words.
TRIED_AGAIN = "attempts > 0"
_partial_index(
    "ix_exchanges_tried",
    _exchange.work_lane,
    _exchange.order_number,
    _exchange.id,
    where=f"work_lane IS NOT NULL AND {TRIED_AGAIN}",
)
#: Groups whose acknowledgment is still owed: likewise.
OWED = "acknowledged IS false"
_partial_index("ix_groups_open", groups.c.id, where=OWED)

events = Table(  # append-only: migrations add triggers that refuse UPDATE and DELETE (but retention's)
    "events",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("at", Instant, nullable=False),
    _words("what"),
    _words("actor"),
    _reference("exchange_id", "exchanges"),
    _reference("transmission_id", "transmissions"),
    _words("from_state"),
    _words("to_state"),
    _words("why"),
    Column("detail", Text, nullable=False),
    Index("ix_events_exchange", "exchange_id", "id"),
    Index("ix_events_transmission", "transmission_id", "id"),
)

findings = Table(
    "findings",
    metadata,
    Column("id", RowId, primary_key=True),
    _reference("exchange_id", "exchanges"),
    _reference("transmission_id", "transmissions"),
    _reference("group_id", "groups"),
    _words("stage"),
    _words("problem"),
    _words("severity"),
    _words("message"),
    Column("finding", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_findings_exchange", "exchange_id", "id"),
    Index("ix_findings_transmission", "transmission_id", "id"),
    Index("ix_findings_group", "group_id", "id"),
)

artifacts = Table(
    "artifacts",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("exchange_id", RowId, ForeignKey("exchanges.id"), nullable=False),
    _name("kind"),
    Column("sha256", Text, nullable=False),
    Column("size", RowId, nullable=False),
    _words("media_type"),
    Column("at", Instant, nullable=False),
    Column("removed_at", Instant),
    # Small bytes, clear or sealed as the archive would have them; null: the archive has them.
    Column("body", LargeBinary),
    Index("ix_artifacts_exchange", "exchange_id", "kind", "id"),
)

acknowledgments = Table(
    "acknowledgments",
    metadata,
    Column("id", RowId, primary_key=True),
    _words("kind"),
    Column("direction", Words(), nullable=False),
    _reference("exchange_id", "exchanges"),
    _reference("ack_exchange_id", "exchanges"),
    _reference("transmission_id", "transmissions"),
    _words("verdict"),
    _words("detail"),
    Column("at", Instant, nullable=False),
    Index("ix_acknowledgments_exchange", "exchange_id", "direction"),
    Index("ix_acknowledgments_ack", "ack_exchange_id"),
    Index("ix_acknowledgments_transmission", "transmission_id"),
)

received_interchanges = Table(
    "received_interchanges",
    metadata,
    Column("id", RowId, primary_key=True),
    _words("sender", SHORT),
    _words("receiver", SHORT),
    _words("usage", SHORT),
    _words("control", SHORT),
    Column("transmission_id", RowId, ForeignKey("transmissions.id"), nullable=False, index=True),
    Column("sha256", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("ix_received_interchanges_key", "sender", "receiver", "usage", "control", "at"),
)

controls = Table(  # one row a scope; locked by the transaction that stores the outgoing bytes
    "controls",
    metadata,
    Column("scope", Name, primary_key=True),
    Column("last", RowId, nullable=False),
    Column("round", RowId, nullable=False),
)

control_uses = Table(
    "control_uses",
    metadata,
    Column("id", RowId, primary_key=True),
    Column("scope", Name, ForeignKey("controls.scope"), nullable=False),
    Column("number", RowId, nullable=False),
    Column("round", RowId, nullable=False),
    _reference("exchange_id", "exchanges"),
    _words("purpose"),
    Column("at", Instant, nullable=False),
    Index("ix_control_uses_number", "scope", "number"),
    Index("ix_control_uses_exchange", "exchange_id"),
)

postings = Table(
    "postings",
    metadata,
    Column("key", Name, primary_key=True),
    Column("exchange_id", RowId, ForeignKey("exchanges.id"), nullable=False, index=True),
    _words("digest"),
    Column("record", Text),
    Column("model", Text),
    Column("record_id", RowId),
    _words("state"),
    Column("at", Instant, nullable=False),
    Index("ix_postings_record", "model", "record_id"),
)

exchange_orders = Table(  # the further orders of a document; the first one stands in `exchanges`
    "exchange_orders",
    metadata,
    Column("exchange_id", RowId, ForeignKey("exchanges.id"), primary_key=True),
    Column("order_number", Words(SHORT), primary_key=True),
    Index("ix_exchange_orders_number", "order_number"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Name, primary_key=True),
    _words("value"),
)

leases = Table(
    "leases",
    metadata,
    Column("lane", Name, primary_key=True),
    _words("owner"),
    Column("fence", RowId, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

pickups = Table(  # by a digest: a mailbox's names are hostile and may be longer than an index takes
    "pickups",
    metadata,
    Column("digest", Text, primary_key=True),
    _words("mailbox"),
    _words("name"),
    Column("size", RowId, nullable=False),
    Column("modified_at", Float(53), nullable=False),  # seconds since the epoch, the server's clock
    Column("at", Instant, nullable=False),
)

holds = Table(  # legal holds: nothing of theirs is removed; of a partner, an order, or an exchange
    "holds",
    metadata,
    Column("id", RowId, primary_key=True),
    _name("partner"),
    _words("order_number", SHORT),
    Column("exchange_id", RowId),
    _words("why"),
    _words("actor"),
    Column("at", Instant, nullable=False),
    Column("ended_at", Instant),
    _words("ended_by"),
)

past_keys = Table(  # keys whose exchanges retention removed: what was told is not told again, what was posted is known
    "past_keys",
    metadata,
    Column("key", Name, primary_key=True),
    Column("at", Instant, nullable=False),
)

vendor_stock = Table(  # what sellers told of their stock; as_of is text: their clock tells no zone
    "vendor_stock",
    metadata,
    Column("id", RowId, primary_key=True),
    _name("partner"),
    _words("sku", SHORT),
    _words("kind"),
    _words("location", SHORT),
    _words("quantity"),
    _words("unit"),
    _words("available"),
    _words("item"),
    _words("number"),
    _words("as_of"),
    Column("discontinued", Boolean, nullable=False),
    Index("ix_vendor_stock_partner", "partner", "sku"),
    Index("ix_vendor_stock_sku", "sku"),
)
