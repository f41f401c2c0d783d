"""The record samples that we ship, through a whole hub, into an Odoo that has what they name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub.erp.odoo.client import Session
from hub.model.documents import DocType
from hub.model.exchange import Exchange, State
from tests.support.record_samples import sample
from tests.support.small_hub import SmallHub

PARTNERS = ("fieldworks", "vendorportal", "plant")


def send(hub: SmallHub, file: Path, name: str = "") -> Exchange:
    """Send a sample twice and return its exchange of the first time: the second must change nothing."""
    partner = file.parents[1].name
    before = len(hub.received(DocType.RECORDS))
    for turn in ("first", "again"):
        hub.send(file.read_bytes(), f"{file.stem}_{turn}{file.suffix}", partner)
    first, second = hub.received(DocType.RECORDS)[before:]
    assert (first.state, second.state) == (State.POSTED, State.POSTED), (first.why, second.why)
    rows = first.why.partition(" ")[0]
    assert f"0 created, 0 changed, {rows} unchanged, 0 refused" in second.why
    return first


def rows(session: Session, model: str, domain: list[Any], *fields: str) -> list[tuple[Any, ...]]:
    found = session.search_read(model, domain, list(fields))
    return [tuple(row[f][1] if isinstance(row[f], list) else row[f] for f in fields) for row in found]


class RecordSamplesSuite:
    """What each sample becomes. A test module gives `hub`, in which PARTNERS are live, and `session`."""

    def test_hours_of_machines_become_analytic_lines(self, hub: SmallHub, session: Session) -> None:
        send(hub, sample("equipment_"))
        domain = [["name", "in", ["D8 dozer", "Grader 14M"]]]
        found = rows(session, "account.analytic.line", domain, "name", "unit_amount", "amount", "account_id")
        assert found == [
            ("D8 dozer", 7.5, -1125.0, "[JOB-100] Job 100"),
            ("Grader 14M", 1.5, -180.0, "[JOB-100] Job 100"),
            ("D8 dozer", 0.5, -75.0, "[JOB-200] Job 200"),
        ]

    def test_what_was_used_on_site_becomes_draft_transfers(self, hub: SmallHub, session: Session) -> None:
        send(hub, sample("consumption_"))
        slips = [["origin", "in", ["S-7001", "S-7002"]]]
        assert rows(session, "stock.picking", slips, "origin", "state", "scheduled_date") == [
            ("S-7001", "draft", "2026-11-03 20:20:00"),
            ("S-7002", "draft", "2026-11-03 22:05:00"),
        ]
        moves = rows(
            session,
            "stock.move",
            [["picking_id.origin", "in", ["S-7001", "S-7002"]]],
            "product_uom_qty",
            "state",
        )
        assert sorted(moves) == [(2.5, "draft"), (4.0, "draft"), (10.0, "draft")]

    def test_hours_of_people_become_timesheets(self, hub: SmallHub, session: Session) -> None:
        send(hub, sample("timesheet_"))
        domain = [["employee_id.barcode", "in", ["E17", "E18"]]]
        found = rows(
            session, "account.analytic.line", domain, "employee_id", "unit_amount", "name", "project_id"
        )
        assert found == [
            ("Crew E17", 7.5, "Formwork", "North Bridge"),
            ("Crew E18", 8.0, "/", "North Bridge"),
        ]

    def test_what_was_made_becomes_draft_manufacturing_orders(self, hub: SmallHub, session: Session) -> None:
        send(hub, sample("production_"))
        domain = [["origin", "in", ["C-3301", "C-3302"]]]
        assert rows(session, "mrp.production", domain, "origin", "product_qty", "state") == [
            ("C-3301", 120.0, "draft"),
            ("C-3302", 48.0, "draft"),
        ]

    def test_vendors_come_with_their_bank_and_a_new_account_waits_for_a_call(
        self, hub: SmallHub, session: Session
    ) -> None:
        send(hub, sample("vendors_"))
        banks = [["partner_id.ref", "=", "V-100"]]
        assert rows(session, "res.partner.bank", banks, "acc_number") == [("DE89370400440532013000",)]
        text = (
            sample("vendors_").read_text("utf-8").replace("DE89370400440532013000", "DE02120300000000202051")
        )
        hub.send(text.encode(), "vendors_fraud.csv", "vendorportal")
        held = hub.received(DocType.RECORDS)[-1]
        assert (held.state, "DE02" in held.why) == (State.HELD, False)
        assert "bank_ids[•••].acc_number would change" in held.why
        assert len(rows(session, "res.partner.bank", banks, "acc_number")) == 1

    def test_certificates_are_kept_on_the_vendor_with_their_date(
        self, hub: SmallHub, session: Session
    ) -> None:
        hub.send(sample("vendors_").read_bytes(), "vendors_1.csv", "vendorportal")
        for name in ("V-100_insurance.pdf", "V-101_iso9001.pdf"):
            hub.send(f"%PDF-1.7 {name}".encode(), name, "vendorportal")
        send(hub, sample("compliance_"))
        domain = [["name", "in", ["V-100_insurance.pdf", "V-101_iso9001.pdf"]]]
        assert rows(session, "ir.attachment", domain, "name", "res_model", "description") == [
            ("V-100_insurance.pdf", "res.partner", "expires 2027-12-31"),
            ("V-101_iso9001.pdf", "res.partner", "expires 2027-06-30"),
        ]

    def test_projects_and_cost_codes_go_out_by_the_clock(self, hub: SmallHub) -> None:
        hub.hub.scheduler.run()
        hub.clock.advance(25 * 3600)
        hub.hub.scheduler.run()
        hub.drain()
        found = {e.envelope.set_id: (e.state, e.why) for e in hub.sent(DocType.RECORDS)}
        assert {state for state, _ in found.values()} == {State.DELIVERED}, found
        files = [data.decode() for data in hub.collect("fieldworks")]
        assert any("North Bridge,JOB-100,,,,Y" in text for text in files), files
        assert any("JOB-200,Job 200," in text for text in files), files
