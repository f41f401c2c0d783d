"""Profiles that claim the same thing: both files are named, and neither wins in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.documents import DocType
from hub.model.envelope import Address, Envelope
from hub.model.finding import Severity
from hub.profiles import lint, load_partners
from hub.stages.addresses import find_sender
from hub.toml.reading import as_line

GOOD = 'name = "{name}"\nstatus = "{status}"\n[identity]\nisa = "{isa}"\n'


def write(
    folder: Path, key: str, more: str = "", *, status: str = "live", isa: str = "", name: str = ""
) -> None:
    text = GOOD.format(name=name or key.upper(), status=status, isa=isa or f"ZZ:{key.upper()}")
    (folder / f"{key}.toml").write_text(text + more)


def lines(folder: Path) -> list[str]:
    return [as_line(f).replace(f"{folder.as_posix()}/", "") for f in load_partners(folder)[1]]


def loaded(folder: Path) -> list[str]:
    return list(load_partners(folder)[0])


def test_two_live_partners_of_one_identity_are_both_refused_and_name_each_other(tmp_path: Path) -> None:
    write(tmp_path, "first", isa="ZZ:ACMERETAIL")
    write(tmp_path, "second", isa="ZZ:ACMERETAIL")
    assert lines(tmp_path) == [
        'first.toml:4:1: "first" and "second" both claim the identity ZZ:ACMERETAIL / ACMERETAIL',
        'second.toml:4:1: "second" and "first" both claim the identity ZZ:ACMERETAIL / ACMERETAIL',
    ]
    hints = [finding.hint for finding in load_partners(tmp_path)[1]]
    assert f"{(tmp_path / 'second.toml').as_posix()}:4 has it too" in hints[0]
    assert f"{(tmp_path / 'first.toml').as_posix()}:4 has it too" in hints[1]
    assert loaded(tmp_path) == []


def test_three_of_one_identity_are_told_once_each(tmp_path: Path) -> None:
    for key in ("a1", "b1", "c1"):
        write(tmp_path, key, isa="ZZ:SAME")
    assert len(lines(tmp_path)) == 3
    assert lines(tmp_path)[1].endswith('"b1" and "a1" and "c1" all claim the identity ZZ:SAME / SAME')


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("live", "testing", ["first"]),
        ("testing", "live", ["second"]),
        ("testing", "testing", []),
        ("live", "paused", ["first", "second"]),
        ("paused", "paused", ["first", "second"]),
    ],
)
def test_the_live_one_keeps_an_identity_and_a_paused_one_claims_none(
    tmp_path: Path, first: str, second: str, kept: list[str]
) -> None:
    write(tmp_path, "first", status=first, isa="ZZ:SAME")
    write(tmp_path, "second", status=second, isa="ZZ:SAME")
    assert loaded(tmp_path) == kept


def test_two_divisions_share_an_isa_id_by_their_gs_ids(tmp_path: Path) -> None:
    write(tmp_path, "first", 'gs = "NORTH"\n', isa="ZZ:SAME")
    write(tmp_path, "second", 'gs = "SOUTH"\n', isa="ZZ:SAME")
    assert lines(tmp_path) == []


def test_a_file_is_of_the_partner_that_is_not_paused(tmp_path: Path) -> None:
    write(tmp_path, "old", status="paused", isa="ZZ:SAME")
    write(tmp_path, "young", isa="ZZ:SAME")
    envelope = Envelope(format="x12", sender=Address("ZZ", "SAME"), group_sender="SAME")
    found = find_sender(envelope, load_partners(tmp_path)[0].values())
    assert found is not None
    assert found.key == "young"


def test_two_partners_cannot_have_one_account(tmp_path: Path) -> None:
    write(tmp_path, "first")
    write(tmp_path, "second", '[transport]\nuser = "first"\n')
    assert lines(tmp_path) == [
        'first.toml: "first" and "second" both claim the account first',
        'second.toml:6:1: "second" and "first" both claim the account first',
    ]


@pytest.mark.parametrize("document", ["purchase_order", "order_change", "receiving_advice", "remittance"])
def test_two_partners_cannot_be_told_of_the_purchases_from_one_vendor(tmp_path: Path, document: str) -> None:
    sends = f'odoo = "BOLT"\n[send.{document}]\n'
    write(tmp_path, "first", sends)
    write(tmp_path, "second", sends)
    words = document.replace("_", " ")
    assert f'second.toml:5:1: "second" and "first" both claim the {words}s to BOLT' in lines(tmp_path)
    assert loaded(tmp_path) == []
    write(tmp_path, "second", sends.replace(document, "invoice"))
    assert lines(tmp_path) == []
    write(tmp_path, "second", sends, status="paused")
    assert lines(tmp_path) == []


def test_the_name_of_one_and_the_reference_of_another_are_the_same_vendor(tmp_path: Path) -> None:
    write(tmp_path, "first", 'odoo = "BOLT"\n[send.purchase_order]\n')
    write(tmp_path, "second", "[send.purchase_order]\n", name="BOLT")
    assert loaded(tmp_path) == []


def test_two_that_bring_orders_of_one_partner_in_odoo_are_warned_of(tmp_path: Path) -> None:
    orders = 'odoo = "ACME"\n[receive.purchase_order]\n'
    write(tmp_path, "first", orders)
    write(tmp_path, "second", orders)
    findings = load_partners(tmp_path)[1]
    assert [finding.severity for finding in findings] == [Severity.WARNING] * 2
    assert '"first" and "second" both bring purchase orders of ACME in Odoo' in findings[0].message
    assert "second.toml:5" in findings[0].hint
    assert loaded(tmp_path) == ["first", "second"]


def test_a_warehouse_is_kept_by_one_live_partner(tmp_path: Path) -> None:
    keeps = '[send.warehouse_order]\nwarehouse = "WH2"\n'
    write(tmp_path, "first", keeps)
    write(tmp_path, "second", keeps)
    assert lines(tmp_path)[1] == 'second.toml:6:1: "second" and "first" both claim the warehouse WH2'
    write(tmp_path, "second", keeps, status="paused")
    assert loaded(tmp_path) == ["first", "second"]
    assert DocType.WAREHOUSE_ORDER in load_partners(tmp_path)[0]["second"].send


def test_lint_of_either_names_the_other(tmp_path: Path) -> None:
    write(tmp_path, "first", isa="ZZ:SAME")
    write(tmp_path, "second", isa="ZZ:SAME")
    for key in ("first", "second"):
        (finding,) = lint(tmp_path, (key,))
        assert f"{key}.toml" in finding.where.file
        assert '"first"' in finding.message
        assert '"second"' in finding.message
