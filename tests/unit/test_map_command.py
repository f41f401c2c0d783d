"""`hub map`: what it prints, and its exit status."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.map import app

PROFILE = """\
name = "ACME"
format = "csv"
[receive.purchase_order.map]
"lines[].price" = "Net"
[receive.invoice]
format = "xml"
[identity]
isa = "ZZ:ACME"
our_isa = "ZZ:OURCO"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub's folder that we stand in, with one partner and a sample."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "acme.toml").write_text(PROFILE)
    (tmp_path / "orders.csv").write_text("PO Number,Item,Quantity,Unit,Net,Colour\n1,A,2,EA,1.50,red\n")
    return tmp_path


def hub_map(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_show_marks_the_lines_of_the_profile(home: Path) -> None:
    result = hub_map("show", "purchase_order", "--partner", "acme")
    assert result.exit_code == 0
    rows = [line.split("\t") for line in result.stdout.splitlines()]
    assert ["*", "lines[].price", "Net", "decimal", "", ""] in rows
    assert [
        "",
        "lines[].number",
        "Line, Line Number",
        "text",
        "",
        "must be there, default its ordinal",
    ] in rows


@pytest.mark.parametrize("document", ["purchase_order", "purchase-order", "850"])
@pytest.mark.parametrize("form", ["x12", "xml", "csv"])
def test_show_has_every_format_and_name(home: Path, document: str, form: str) -> None:
    result = hub_map("show", document, "--format", form, "--json")
    assert result.exit_code == 0
    paths = {line["path"] for line in json.loads(result.stdout)}
    assert {"number", "lines[].quantity"} <= paths


def test_the_format_is_that_of_the_agreement(home: Path) -> None:
    result = hub_map("show", "invoice", "--partner", "acme", "--json")
    assert all("xml/maps" in line["origin"] for line in json.loads(result.stdout))


def test_what_we_send_has_the_map_of_its_dialect(home: Path) -> None:
    profile = PROFILE + '[xml]\ndialect = "ubl"\n[send.invoice]\nformat = "xml"\n'
    (home / "partners" / "acme.toml").write_text(profile)
    result = hub_map("show", "invoice", "--partner", "acme", "--send", "--json")
    assert {line["part"] for line in json.loads(result.stdout)} == {"ubl_invoice", "ubl_credit_note"}


def test_explain_says_which_file_says_so(home: Path) -> None:
    result = hub_map("explain", "purchase_order", "lines[].price", "--partner", "acme")
    assert result.stdout.splitlines() == [
        "lines[].price from Net",
        "  acme.toml: the partner's profile says so",
    ]
    result = hub_map("explain", "850", "refs.department")
    assert "refs.* from REF[*]/02" in result.stdout
    assert "department is DP" in result.stdout
    assert "x12/maps/850.toml: the shipped map says so" in result.stdout


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("explain", "purchase_order", "lines[].colour"), 1),
        (("explain", "purchase_order", "lines[].sku", "--format", "csv"), 1),
        (("show", "nonsense"), 2),
        (("show", "purchase_order", "--format", "edifact"), 2),
        (("show", "purchase_order", "--partner", "nobody"), 2),
        (("try", "nowhere.csv"), 2),
        (("try", "orders.csv", "--partner", "acme", "--document", "nonsense"), 2),
    ],
)
def test_wrong_use_is_told_in_one_line(home: Path, words: tuple[str, ...], status: int) -> None:
    result = hub_map(*words)
    assert result.exit_code == status
    assert result.stderr.startswith("hub: ")
    assert len(result.stderr.splitlines()) == 1


def test_try_shows_what_came_from_where_and_what_did_not(home: Path) -> None:
    result = hub_map("try", "orders.csv", "--partner", "acme", "--document", "purchase_order")
    assert result.exit_code == 0
    assert "lines[0].price\trow 2 Net\t1.50" in result.stdout
    assert "row 2 Colour\tred" in result.stdout
    assert "dates.cancel_after" in result.stdout


def test_try_of_a_bad_file_says_why_and_ends_with_status_1(home: Path) -> None:
    (home / "orders.csv").write_text("PO Number,Item,Quantity,Unit\n1,A,two,EA\n")
    words = ("try", "orders.csv", "--partner", "acme", "--document", "purchase_order", "--json")
    result = hub_map(*words)
    assert result.exit_code == 1
    (trace,) = json.loads(result.stdout)
    assert [finding["where"]["row"] for finding in trace["findings"]] == [2]


def test_an_unknown_sender_is_named_and_taken_when_asked(home: Path) -> None:
    sample = Path(__file__).parents[2] / "partners" / "acme" / "samples" / "850_two_orders.edi"
    refused = hub_map("try", str(sample))
    assert (refused.exit_code, "or use --any" in refused.output) == (2, True)
    taken = hub_map("try", str(sample), "--any")
    assert (taken.exit_code, "4500112233" in taken.output) == (0, True)
