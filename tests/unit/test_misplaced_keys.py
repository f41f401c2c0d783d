"""Keys that say nothing where they stand, and values that can never come true: each is named at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.documents import DocType
from hub.model.finding import Finding, Severity
from hub.model.partner import Receive, Send
from hub.profiles import load_partners
from hub.profiles.misplaced import FORMATS, RECEIVED, SENT
from hub.toml.reading import as_line

HEAD = 'name = "ACME"\nidentity.isa = "ZZ:ACME"\n'

#: What every kind of document has, in every format.
COMMON = {"format", "must", "map_file", "map", "when", "crosswalk"}


def linted(folder: Path, text: str) -> list[Finding]:
    (folder / "acme.toml").write_text(HEAD + text)
    return list(load_partners(folder)[1])


def test_every_key_of_an_agreement_is_in_the_tables() -> None:
    for kind, table in ((Receive, RECEIVED), (Send, SENT)):
        named = {key.partition(".")[0] for key in (*table, *FORMATS)}
        assert set(kind.__struct_fields__) - named - COMMON == set()
        assert set(table) - {key for key in table if "." in key} <= set(kind.__struct_fields__)


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            '[send.invoice]\nlabels = "generate"\n',
            '"labels" says nothing of invoice',
            "it belongs under [send.ship_notice]",
        ),
        (
            '[receive.invoice]\nconfirm = "never"\n',
            '"confirm" says nothing of invoice',
            "it belongs under [receive.purchase_order]",
        ),
        (
            '[send.price_catalog]\nevery = "1d"\nassortment = { listing = "all", safety_stock = 3 }\n',
            '"assortment.safety_stock" says nothing of price_catalog',
            "it belongs under [send.inventory_advice]",
        ),
        (
            '[receive.remittance]\nitem_trust = ["upc"]\n',
            '"item_trust" says nothing of remittance',
            "leave it out: that document has no items",
        ),
        (
            '[receive.purchase_order]\nformat = "csv"\nforbid = ["SAC"]\n',
            '"forbid" is for X12, and this is csv',
            'write format = "x12", or leave it out',
        ),
        (
            '[receive.purchase_order]\nmatch = "*.edi"\n',
            '"match" is for CSV, and this is x12',
            'write format = "csv", or leave it out',
        ),
        (
            '[send.invoice]\nformat = "csv"\nrelease = "005010"\n',
            '"release" is for X12, and this is csv',
            'write format = "x12", or leave it out',
        ),
        (
            '[transport]\nhost = "sftp.acme.example"\n',
            '"host" says nothing of transport.kind = "embedded"',
            'is kind = "sftp" meant? Else leave it out',
        ),
    ],
)
def test_a_key_that_says_nothing_there_is_named(tmp_path: Path, text: str, message: str, hint: str) -> None:
    (finding,) = linted(tmp_path, text)
    assert (finding.message, finding.hint) == (message, hint)
    assert finding.severity is Severity.ERROR
    assert as_line(finding).startswith((tmp_path / "acme.toml").as_posix())
    lines = (HEAD + text).splitlines()
    assert finding.where.row is not None
    assert message.split('"')[1].rpartition(".")[2] in lines[finding.where.row - 1]


def test_a_profile_may_inherit_what_its_template_says_for_another_format(tmp_path: Path) -> None:
    (tmp_path / "_x.toml").write_text('[receive.purchase_order]\nforbid = ["SAC"]\n')
    own = 'extends = "_x"\n[receive.purchase_order]\nformat = "csv"\n'
    assert linted(tmp_path, own) == []


@pytest.mark.parametrize(
    ("text", "severity", "words"),
    [
        ('[receive.purchase_order]\nrules.minimum = { "*" = 0 }\n', "error", "a minimum of 0 means nothing"),
        ("[receive.purchase_order]\nrules.multiple = { A = -6 }\n", "error", "a multiple of -6 means"),
        ("[receive.purchase_order]\nrules.lead_days = -2\n", "error", "-2 days ahead cannot be asked for"),
        ("[receive.purchase_order]\nrules.lead_days = 20260101\n", "error", "days ahead cannot be asked"),
        ("[receive.purchase_order]\nrules.confirm_up_to = -1\n", "error", "less than nothing"),
        (
            "[receive.purchase_order]\nrules = { minimum = { A = 10 }, multiple = { A = 6 } }\n",
            "warning",
            "no multiple of 6",
        ),
        ("[receive.purchase_order]\nitem_trust = []\n", "warning", "an empty list says nothing"),
        ('[receive.purchase_order]\nitem_trust = ["upc", "upc"]\n', "error", "named twice"),
        ('[receive.purchase_order]\nprice = "tolerance 120%"\n', "error", "lets every price pass"),
        ('[receive.purchase_order]\nprice = "tolerance -2%"\n', "error", "is no price policy"),
        ('[receive.remittance]\nshort_pay = "100%"\n', "error", "of which nothing is paid"),
        ('[receive.order_acknowledgment]\naccept.quantity = "150%"\n', "error", "lets everything pass"),
        ('[receive.order_acknowledgment]\naccept.price = "-1%"\n', "error", "is no leeway"),
        ("[receive.order_acknowledgment]\naccept.days = -3\n", "error", "less than no days"),
        ('[send.ship_notice]\nover = "400%"\n', "error", "lets everything pass"),
        ('[send.ship_notice]\ncarriers = { "UPS Ground" = "ups ground" }\n', "error", "is no SCAC"),
        ('[send.remittance]\nmethod = "cash"\n', "error", "is no way to pay"),
        ('[transport]\ninclude = [""]\n', "error", "picks up nothing"),
        ('[x12]\nrelease = "004099"\n', "error", '"004099" is no release of X12; the nearest is "004030"'),
        ('[x12]\nrelease = "008010"\n', "warning", "has no dictionary here"),
        ('[x12]\nack_release = "005099"\n', "error", "no release of X12"),
        ('[x12]\nversion = "00499"\n', "error", "is no ISA12"),
        ('[send.invoice]\nrelease = "004099"\n', "error", "no release of X12"),
    ],
)
def test_a_value_that_can_never_come_true_is_named(
    tmp_path: Path, text: str, severity: str, words: str
) -> None:
    (finding,) = linted(tmp_path, text)
    assert words in finding.message
    assert finding.severity is Severity(severity)
    assert finding.hint


def test_the_releases_that_exist_are_named(tmp_path: Path) -> None:
    (finding,) = linted(tmp_path, '[x12]\nrelease = "004099"\n')
    assert '"004010", "004020", "004030", "005010"' in finding.hint


@pytest.mark.parametrize(
    "release", ["003070", "004010", "004010VICS", "004061", "005040", "006051", "007060"]
)
def test_a_release_of_a_version_that_we_describe_passes(tmp_path: Path, release: str) -> None:
    assert linted(tmp_path, f'[x12]\nrelease = "{release}"\n') == []


def test_all_that_has_items_trusts_item_numbers() -> None:
    assert {DocType.PURCHASE_ORDER, DocType.RECEIVING_ADVICE} < set(RECEIVED["item_trust"])
