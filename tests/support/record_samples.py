"""The record samples that we ship: read by their profiles, and what an Odoo must have for them to fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hub.erp.odoo.client import Session
from hub.model.documents import RecordBatch
from hub.model.partner import Partner
from hub.model.record_types import RecordType, record_type_for
from hub.profiles import load_partners
from translators.records.translator import RecordsTranslator

FOLDER = Path(__file__).parents[2] / "partners"
PARTNERS, _ = load_partners(FOLDER)
SAMPLES = sorted(
    file
    for file in FOLDER.glob("*/samples/*")
    if file.parents[1].name in PARTNERS and record_type_for(PARTNERS[file.parents[1].name].records, file.name)
)


def read_sample(file: Path) -> tuple[Partner, RecordType, RecordBatch]:
    """Return the partner, the record type and the only batch of a sample; anything to say about it is a failure."""
    partner = PARTNERS[file.parents[1].name]
    translator = RecordsTranslator(FOLDER)
    opened = translator.unwrap(file.read_bytes(), file.name, partner)
    (part,) = (found for one in opened.interchanges for group in one.groups for found in group.sets)
    assert not [finding.line() for finding in (*opened.findings, *part.findings)]
    batch, findings = translator.read(part.payload, part.envelope, part.document, partner)
    assert not [finding.line() for finding in findings]
    assert isinstance(batch, RecordBatch)
    return partner, partner.records[batch.record_type], batch


def sample(name: str) -> Path:
    """Return the sample whose file name begins so."""
    (found,) = (file for file in SAMPLES if file.name.startswith(name))
    return found


def prepare(session: Session) -> None:
    """Make what the samples name in a fresh Odoo with analytic accounts, projects, employees and manufacturing."""
    _allow(session, "analytic", "group_analytic_accounting")
    plan = session.search_read("account.analytic.plan", [], ["id"], limit=1)[0]["id"]
    accounts = [{"name": f"Job {n}", "code": f"JOB-{n}", "plan_id": plan} for n in (100, 200)]
    first = session.create("account.analytic.account", accounts)[0]
    codes = ("HUB-1001", "HUB-1002", "HUB-1003")
    goods: list[dict[str, Any]] = [
        {"name": code, "default_code": code, "type": "consu", "is_storable": True} for code in codes
    ]
    session.create("product.product", goods)
    session.create(
        "project.project", [{"name": "North Bridge", "account_id": first, "allow_timesheets": True}]
    )
    session.create("hr.employee", [{"name": f"Crew {code}", "barcode": code} for code in ("E17", "E18")])


def _allow(session: Session, module: str, group: str) -> None:
    """Give the user of the session a group, as somebody would tick it in Settings, Users."""
    _, found = session.call("ir.model.data", "check_object_reference", module=module, xml_id=group)
    user = session.call("res.users", "context_get")["uid"]
    session.write("res.users", [user], {"group_ids": [[4, found]]})
