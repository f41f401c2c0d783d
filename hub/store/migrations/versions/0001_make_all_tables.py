"""Make all tables, and the triggers that keep the story append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make all tables, those that are referred to first."""
    _make_controls()
    _make_cursors()
    _make_leases()
    _make_pickups()
    _make_transmissions()
    _make_groups()
    _make_received_interchanges()
    _make_exchanges()
    _make_acknowledgments()
    _make_artifacts()
    _make_control_uses()
    _make_events()
    _make_findings()
    _make_postings()
    _seal_events()


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")


def _partial_index(name: str, table: str, columns: list[str], where: str, *, unique: bool = False) -> None:
    only = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=only, postgresql_where=only)


def _make_controls() -> None:
    op.create_table(
        "controls",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("last", ROW_ID, nullable=False),
        sa.Column("round", ROW_ID, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_controls"),
    )


def _make_cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("name", sa.Text(), nullable=False),
        _words("value"),
        sa.PrimaryKeyConstraint("name", name="pk_cursors"),
    )


def _make_leases() -> None:
    op.create_table(
        "leases",
        sa.Column("lane", sa.Text(), nullable=False),
        _words("owner"),
        sa.Column("fence", ROW_ID, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("lane", name="pk_leases"),
    )


def _make_pickups() -> None:
    op.create_table(
        "pickups",
        sa.Column("digest", sa.Text(), nullable=False),
        _words("mailbox"),
        _words("name"),
        sa.Column("size", ROW_ID, nullable=False),
        sa.Column("modified_at", sa.Float(precision=53), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_pickups"),
    )


def _make_transmissions() -> None:
    op.create_table(
        "transmissions",
        sa.Column("id", ROW_ID, nullable=False),
        _words("partner"),
        _words("channel"),
        _words("name"),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", ROW_ID, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _words("why"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("work_lane", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_transmissions"),
    )
    op.create_index("ix_transmissions_bytes", "transmissions", ["sha256", "partner"])
    op.create_index("ix_transmissions_partner", "transmissions", ["partner", "id"])
    op.create_index("ix_transmissions_state", "transmissions", ["state", "id"])
    _partial_index(
        "ix_transmissions_work", "transmissions", ["work_lane", "id", "due_at"], where="work_lane IS NOT NULL"
    )


def _make_groups() -> None:
    op.create_table(
        "groups",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("transmission_id", ROW_ID, nullable=False),
        _words("partner"),
        sa.Column("envelope", sa.Text(), nullable=False),
        _words("declared_count"),
        sa.Column("acknowledged", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["transmission_id"], ["transmissions.id"], name="fk_groups_transmission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_groups"),
    )
    op.create_index("ix_groups_transmission_id", "groups", ["transmission_id"])


def _make_received_interchanges() -> None:
    op.create_table(
        "received_interchanges",
        sa.Column("id", ROW_ID, nullable=False),
        _words("sender"),
        _words("receiver"),
        _words("usage"),
        _words("control"),
        sa.Column("transmission_id", ROW_ID, nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["transmissions.id"], name="fk_received_interchanges_transmission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_received_interchanges"),
    )
    op.create_index(
        "ix_received_interchanges_key",
        "received_interchanges",
        ["sender", "receiver", "usage", "control", "at"],
    )
    op.create_index("ix_received_interchanges_transmission_id", "received_interchanges", ["transmission_id"])


def _make_exchanges() -> None:
    op.create_table(
        "exchanges",
        sa.Column("id", ROW_ID, nullable=False),
        _words("partner"),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        _words("why"),
        sa.Column("transmission_id", ROW_ID, nullable=True),
        sa.Column("group_id", ROW_ID, nullable=True),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        _words("number"),
        _words("order_number"),
        _words("key"),
        _words("digest"),
        _words("lane"),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        _words("sender"),
        _words("receiver"),
        _words("usage"),
        _words("interchange_control"),
        _words("functional_id"),
        _words("group_control"),
        _words("set_control"),
        sa.Column("erp", sa.Text(), nullable=True),
        sa.Column("erp_model", sa.Text(), nullable=True),
        sa.Column("erp_id", ROW_ID, nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("source_model", sa.Text(), nullable=True),
        sa.Column("source_id", ROW_ID, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("due_at", INSTANT, nullable=True),
        sa.Column("deadline_at", INSTANT, nullable=True),
        sa.Column("work_lane", sa.Text(), nullable=True),
        _words("search"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_exchanges_group_id"),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["transmissions.id"], name="fk_exchanges_transmission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_exchanges"),
    )
    op.create_index("ix_exchanges_created", "exchanges", ["created_at"])
    _partial_index(
        "ix_exchanges_deadline", "exchanges", ["state", "deadline_at"], where="deadline_at IS NOT NULL"
    )
    op.create_index("ix_exchanges_document", "exchanges", ["document", "id"])
    op.create_index("ix_exchanges_erp", "exchanges", ["erp_model", "erp_id"])
    op.create_index("ix_exchanges_group", "exchanges", ["group_id", "position"])
    op.create_index("ix_exchanges_group_control", "exchanges", ["partner", "group_control"])
    op.create_index("ix_exchanges_interchange", "exchanges", ["partner", "interchange_control"])
    op.create_index("ix_exchanges_key", "exchanges", ["key", "direction"])
    op.create_index("ix_exchanges_order", "exchanges", ["order_number", "partner"])
    op.create_index("ix_exchanges_partner", "exchanges", ["partner", "id"])
    op.create_index("ix_exchanges_search", "exchanges", ["search"])
    op.create_index("ix_exchanges_source", "exchanges", ["source_model", "source_id"])
    op.create_index("ix_exchanges_state", "exchanges", ["state", "id"])
    op.create_index("ix_exchanges_transmission", "exchanges", ["transmission_id", "position"])
    _partial_index(
        "ix_exchanges_work", "exchanges", ["work_lane", "id", "due_at"], where="work_lane IS NOT NULL"
    )
    _partial_index(
        "uq_exchanges_outbound_key",
        "exchanges",
        ["key"],
        unique=True,
        where="direction = 'out' AND key <> ''",
    )


def _make_acknowledgments() -> None:
    op.create_table(
        "acknowledgments",
        sa.Column("id", ROW_ID, nullable=False),
        _words("kind"),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("exchange_id", ROW_ID, nullable=True),
        sa.Column("ack_exchange_id", ROW_ID, nullable=True),
        sa.Column("transmission_id", ROW_ID, nullable=True),
        _words("verdict"),
        _words("detail"),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ack_exchange_id"], ["exchanges.id"], name="fk_acknowledgments_ack_exchange_id"
        ),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name="fk_acknowledgments_exchange_id"),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["transmissions.id"], name="fk_acknowledgments_transmission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_acknowledgments"),
    )
    op.create_index("ix_acknowledgments_ack", "acknowledgments", ["ack_exchange_id"])
    op.create_index("ix_acknowledgments_exchange", "acknowledgments", ["exchange_id"])
    op.create_index("ix_acknowledgments_transmission", "acknowledgments", ["transmission_id"])


def _make_artifacts() -> None:
    op.create_table(
        "artifacts",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("exchange_id", ROW_ID, nullable=False),
        _words("kind"),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", ROW_ID, nullable=False),
        _words("media_type"),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name="fk_artifacts_exchange_id"),
        sa.PrimaryKeyConstraint("id", name="pk_artifacts"),
    )
    op.create_index("ix_artifacts_exchange", "artifacts", ["exchange_id", "kind", "id"])


def _make_control_uses() -> None:
    op.create_table(
        "control_uses",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("number", ROW_ID, nullable=False),
        sa.Column("round", ROW_ID, nullable=False),
        sa.Column("exchange_id", ROW_ID, nullable=True),
        _words("purpose"),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name="fk_control_uses_exchange_id"),
        sa.ForeignKeyConstraint(["scope"], ["controls.scope"], name="fk_control_uses_scope"),
        sa.PrimaryKeyConstraint("id", name="pk_control_uses"),
    )
    op.create_index("ix_control_uses_exchange", "control_uses", ["exchange_id"])
    op.create_index("ix_control_uses_number", "control_uses", ["scope", "number"])


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        _words("what"),
        _words("actor"),
        sa.Column("exchange_id", ROW_ID, nullable=True),
        sa.Column("transmission_id", ROW_ID, nullable=True),
        _words("from_state"),
        _words("to_state"),
        _words("why"),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name="fk_events_exchange_id"),
        sa.ForeignKeyConstraint(["transmission_id"], ["transmissions.id"], name="fk_events_transmission_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_exchange", "events", ["exchange_id", "id"])
    op.create_index("ix_events_transmission", "events", ["transmission_id", "id"])


def _make_findings() -> None:
    op.create_table(
        "findings",
        sa.Column("id", ROW_ID, nullable=False),
        sa.Column("exchange_id", ROW_ID, nullable=True),
        sa.Column("transmission_id", ROW_ID, nullable=True),
        sa.Column("group_id", ROW_ID, nullable=True),
        _words("stage"),
        _words("problem"),
        _words("severity"),
        _words("message"),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name="fk_findings_exchange_id"),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name="fk_findings_group_id"),
        sa.ForeignKeyConstraint(
            ["transmission_id"], ["transmissions.id"], name="fk_findings_transmission_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_findings"),
    )
    op.create_index("ix_findings_exchange", "findings", ["exchange_id", "id"])
    op.create_index("ix_findings_group", "findings", ["group_id", "id"])
    op.create_index("ix_findings_transmission", "findings", ["transmission_id", "id"])


def _make_postings() -> None:
    op.create_table(
        "postings",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("exchange_id", ROW_ID, nullable=False),
        _words("digest"),
        sa.Column("record", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("record_id", ROW_ID, nullable=True),
        _words("state"),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["exchange_id"], ["exchanges.id"], name="fk_postings_exchange_id"),
        sa.PrimaryKeyConstraint("key", name="pk_postings"),
    )
    op.create_index("ix_postings_exchange_id", "postings", ["exchange_id"])
    op.create_index("ix_postings_record", "postings", ["model", "record_id"])


def _seal_events() -> None:
    """Let the database itself refuse to change or delete an event."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER events_sealed BEFORE UPDATE OR DELETE OR TRUNCATE ON events "
            "FOR EACH STATEMENT EXECUTE FUNCTION events_are_append_only()"
        )
        return
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER events_sealed_{verb.lower()} BEFORE {verb} ON events "
            "BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        )
