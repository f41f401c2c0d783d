"""`hub x12 import` and `export`, and a hub that checks by what was imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.main import app
from hub.doctor.configuration import dictionaries
from hub.settings import Paths
from hub.wiring import make_formats
from tests.support.pyx12_oracle import verdicts
from tests.support.x12_foreign import BOTS, BOTS_RECORDS, CODES, DATAELE, MAP, MAPS, N1

GUIDE = "005010X999"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    maps = tmp_path / "maps"
    maps.mkdir()
    the_map = MAP.format(n1_a=N1.format(code="BY"), n1_b=N1.format(code="ST"))
    for name, text in {"dataele": DATAELE, "codes": CODES, "maps": MAPS, "one": the_map}.items():
        (maps / f"{name}.xml").write_text(text)
    monkeypatch.setenv("HUB_ROOT", str(tmp_path))
    return tmp_path


def hub(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def test_import_says_what_was_made_and_what_was_left_out(home: Path) -> None:
    result = hub("x12", "import", str(home / "maps"))
    assert result.exit_code == 0
    assert f"{GUIDE}: 123; 3 segments, 6 elements" in result.output.replace("\n", "")
    assert "left out: the regex '[A-Z]+' of N102" in result.output
    assert "You need the right to use" in result.output
    assert (home / "partners" / "dictionaries" / GUIDE / "123.toml").is_file()


def test_import_as_json_into_another_folder(home: Path) -> None:
    (home / "850004010.py").write_text(BOTS)
    (home / "records004010.py").write_text(BOTS_RECORDS)
    result = hub("x12", "import", str(home / "850004010.py"), "--into", str(home / "mine"), "--json")
    (done,) = json.loads(result.stdout)
    assert (done["release"], done["sets"], done["segments"]) == ("004010", ["850"], 5)


def test_what_cannot_be_imported_is_answered_in_one_line(home: Path) -> None:
    (home / "bad.xml").write_text("<a>\n<b></a>")
    result = hub("x12", "import", str(home / "bad.xml"))
    assert result.exit_code == 2
    assert "bad.xml:2: not well-formed XML" in result.output.replace("\n", "")
    assert "no such file" in hub("x12", "import", str(home / "none.xml")).output.replace("\n", " ")


def test_the_hub_checks_by_an_imported_guide(home: Path) -> None:
    hub("x12", "import", str(home / "maps"))
    formats = make_formats(Paths(dictionaries=str(home / "partners" / "dictionaries")))
    x12 = formats.by_name["x12"]
    isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *250110*1159*^*00501*000000101*0*P*>~"
    body = f"GS*ZZ*A*B*20250110*1159*1*X*{GUIDE}~ST*123*0001~N1*BY**CA~SE*3*0001~GE*1*1~IEA*1*000000101~"
    (found,) = x12.unwrap((isa + body).encode(), "f", None).interchanges
    one = found.groups[0].sets[0]
    faults = x12.check(one.payload, one.envelope, one.document, None)
    assert [(f.where.name, f.value) for f in faults] == [("N103", "CA")]


def test_doctor_and_lint_name_a_dictionary_that_cannot_be_read(home: Path) -> None:
    hub("x12", "import", str(home / "maps"))
    folder = home / "partners" / "dictionaries"
    assert [check.status for check in dictionaries(folder)] == ["ok"]
    assert hub("partner", "lint").exit_code == 0
    (folder / GUIDE / "123.toml").write_text('id = "123"\nstructure = "ST M 1"\n')
    (check,) = dictionaries(folder)
    assert check.status == "fail"
    assert "123.toml" in check.what
    result = hub("partner", "lint")
    assert result.exit_code == 2
    assert "123.toml" in result.output.replace("\n", "")


def test_without_own_dictionaries_nothing_is_said(tmp_path: Path) -> None:
    assert list(dictionaries(tmp_path / "none")) == []


def test_what_is_exported_is_what_pyx12_checks_by(home: Path) -> None:
    result = hub("x12", "export", "--to", str(home / "out"), "850", "856")
    assert (result.exit_code, len(list((home / "out").iterdir()))) == (0, 7)
    isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *250110*1159*U*00401*000000101*0*P*>~\n"
    lines = ["ST*850*0001", "BEG*00*SA*P1**20250110", "PO1*1*5*EA", "SE*4*0001"]
    head, tail = "GS*PO*A*B*20250110*1159*1*X*004010", ["GE*1*1", "IEA*1*000000101"]
    text = isa + "".join(f"{line}~\n" for line in [head, *lines, *tail])
    assert [one.accepted for one in verdicts(text.encode(), home / "out")] == [True]
    refused = text.replace("20250110~\nPO1", "20251310~\nPO1")
    assert [one.accepted for one in verdicts(refused.encode(), home / "out")] == [False]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--release", "001000"), "is not described; these are"),
        (("4711",), "004010 has no 4711; it has"),
    ],
)
def test_export_of_what_is_not_described(home: Path, words: tuple[str, ...], told: str) -> None:
    result = hub("x12", "export", "--to", str(home / "out"), *words)
    assert result.exit_code == 2
    assert told in " ".join(result.output.split())


def test_sets_that_pyx12_cannot_tell_apart_are_named(home: Path) -> None:
    result = hub("x12", "export", "--to", str(home / "out"), "869", "870")
    assert "870: pyx12 finds maps by GS01" in " ".join(result.output.split())
