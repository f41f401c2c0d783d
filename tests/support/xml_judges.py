"""The judges of the XML that we write: UBL 2.1 schemas, the rules of EN 16931, ours of Peppol (tools/xml-judges)."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from lxml import etree

from tests.support import schematron

ROOT = Path(__file__).parents[2]
JUDGES = ROOT / os.environ.get("HUB_XML_JUDGES", "var/judges")
SCHEMAS = JUDGES / "odoo/addons/base_ubl/data/xsd-2.1/maindoc"
EN16931 = JUDGES / "mcp_einvoicing_be/specs/peppol_bis_3/CEN-EN16931-UBL.sch"


@cache
def schema(name: str) -> etree.XMLSchema:
    """Return the UBL 2.1 schema of a kind of document."""
    return etree.XMLSchema(etree.parse(str(SCHEMAS / f"UBL-{name}-2.1.xsd")))


@cache
def en16931() -> schematron.Rules:
    """Return the fatal rules of EN 16931 on UBL."""
    return schematron.of_schematron(EN16931)


@cache
def peppol() -> schematron.Rules:
    """Return our rules of Peppol BIS 3."""
    return schematron.of_table(ROOT / "tests/support/peppol_rules.toml")


def faults_of(data: bytes) -> list[str]:
    """Return what the schema of a UBL file finds."""
    root = etree.fromstring(data)
    judge = schema(etree.QName(root).localname)
    judge.validate(root)
    return [f"{entry.line}: {entry.message}" for entry in judge.error_log]


def verdicts_on(data: bytes) -> list[str]:
    """Return all that schema, EN 16931 (bills only) and Peppol find wrong with a UBL file of a Peppol partner."""
    bill = etree.QName(etree.fromstring(data)).localname in {"Invoice", "CreditNote"}
    return [*faults_of(data), *(en16931().broken_by(data) if bill else ()), *peppol().broken_by(data)]
