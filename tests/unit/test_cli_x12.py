"""`hub x12`: what the commands print, their exit status, and how they fail."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from hub.cli.progress import AFTER_SECONDS
from hub.cli.x12 import app
from tests.support.x12_files import ORDER, interchange, order
from translators.x12.characters import CHUNK
from translators.x12.rules.source import SHIPPED

COMMANDS = ["show", "check", "ack", "explain", "diff", "grep", "scrub", "new", "sets", "dictionary"]
BAD = interchange(order(ORDER.replace("*12*EA", "*1O*EA").replace("CTT*2*18", "CTT*2")))
IDENTITY = '[identity]\nisa = "ZZ:ACMERETAIL"\nour_isa = "ZZ:US"\n'
PROFILE = f'name = "ACME"\n{IDENTITY}[send.invoice]\n[receive.purchase_order.must]\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that we stand in: a good order, a bad one, one that is no X12, and a partner."""
    for name in [name for name in os.environ if name.startswith("HUB_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.edi").write_bytes(interchange(order()))
    (tmp_path / "bad.edi").write_bytes(BAD)
    (tmp_path / "readme.txt").write_text("hello")
    (tmp_path / "empty.edi").write_text("")
    (tmp_path / "partners").mkdir()
    (tmp_path / "partners" / "acme.toml").write_text(PROFILE + '"REF[IA]02" = ""\n')
    return tmp_path


def x12(*words: str, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(app, list(words), input=stdin, catch_exceptions=False)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_with_an_example(command: str) -> None:
    text = x12(command, "--help").output
    assert f"Example: hub x12 {command} " in " ".join(text.split())


@pytest.mark.parametrize("command", ["show", "ack", "grep", "scrub", "diff", "explain"])
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("missing.edi", "missing.edi: there is no such file"),
        ("partners", "partners: is a folder, not a file"),
        ("readme.txt", "readme.txt: no ISA segment was found at its beginning"),
        ("empty.edi", "empty.edi: no ISA segment was found in it: it is empty"),
    ],
)
def test_a_file_that_cannot_be_used_is_told_in_one_line(
    folder: Path, command: str, file: str, reason: str
) -> None:
    words = {"grep": ["grep", "BEG03", file], "diff": ["diff", "good.edi", file]}.get(
        command, [command, file]
    )
    result = x12(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr == f"hub: {reason}\n"


def test_check_lists_findings_and_sums_up(folder: Path) -> None:
    result = x12("check", "good.edi", "bad.edi")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "error bad.edi: 850 0001: segment 8: PO102 (Quantity ordered) '1O' is not a number",
        "    hint: digits only, no separators for thousands",
        "1 error, 0 warnings: 2 sets of 26 segments in 2 files",
        "codes were checked only where a dictionary or guideline lists them",
    ]
    assert (x12("check", "good.edi").exit_code, x12("check", "good.edi", "-q").stdout) == (0, "")


def test_check_as_json_is_one_object(folder: Path) -> None:
    told = json.loads(x12("check", "bad.edi", "--json").stdout)
    (finding,) = told["findings"]
    place = {key: finding[key] for key in ("file", "set", "set_id", "segment_number", "segment", "element")}
    assert place == {
        "file": "bad.edi", "set": 1, "set_id": "850", "segment_number": 8, "segment": "PO1", "element": 2,
    }  # fmt: skip
    assert told["summary"]["errors"] == 1
    assert json.loads(x12("check", "good.edi", "--json").stdout)["findings"] == []


def test_check_says_of_a_file_that_is_no_x12_just_that(folder: Path) -> None:
    result = x12("check", "readme.txt")
    assert result.exit_code == 1
    assert "no ISA segment was found" in result.stdout


def test_a_file_that_cannot_be_read_stops_no_other(folder: Path) -> None:
    result = x12("check", "nosuch", "good.edi")
    assert (result.exit_code, result.stderr) == (2, "hub: nosuch: there is no such file\n")
    assert result.stdout.startswith("clean: 1 set of 13 segments in 1 file; 1 file could not be read\n")
    told = x12("check", "nosuch", "bad.edi", "--json")
    assert told.exit_code == 2
    assert json.loads(told.stdout)["summary"]["skipped"] == ["nosuch"]
    assert len(json.loads(told.stdout)["findings"]) == 1
    found = x12("grep", "BEG03", "nosuch", "readme.txt", "good.edi")
    assert (found.exit_code, found.stdout) == (2, "good.edi: 850 0001: segment 2 BEG03: 4711\n")
    assert len(found.stderr.splitlines()) == 2


def test_check_names_the_release_that_it_read_by_when_that_is_not_the_files(folder: Path) -> None:
    (folder / "late.edi").write_bytes(interchange(order(), order(control="0002"), release="009999"))
    lines = x12("check", "late.edi").stdout.splitlines()
    assert [line for line in lines if "was read by" in line] == ["850 in release 009999 was read by 007010"]
    (read_by,) = json.loads(x12("check", "late.edi", "--json").stdout)["summary"]["read_by"]
    assert read_by == {"set_id": "850", "release": "009999", "by": "007010"}
    assert "was read by" not in x12("check", "good.edi").stdout


WRAPPED = b"\n".join(
    interchange(order()).replace(b"\n", b"")[at : at + 80] for at in range(0, len(interchange(order())), 80)
)
EBCDIC = interchange(order()).replace(b"\n", b"").decode().encode("cp037")


@pytest.mark.parametrize(
    ("data", "reason", "options"),
    [
        (WRAPPED, "line ends stand inside segments; give --wrapped", ["--wrapped"]),
        (EBCDIC, "the file is in EBCDIC; give --encoding cp037", ["--encoding", "cp037"]),
    ],
)
def test_what_must_be_read_otherwise_is_told_and_the_options_help(
    folder: Path, data: bytes, reason: str, options: list[str]
) -> None:
    (folder / "odd.edi").write_bytes(data)
    for words in (["grep", "BEG03", "odd.edi"], ["diff", "odd.edi", "good.edi"]):
        result = x12(*words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"hub: odd.edi: {reason}")
    assert x12("grep", "BEG03", "odd.edi", *options).stdout == "odd.edi: 850 0001: segment 2 BEG03: 4711\n"
    assert x12("diff", "odd.edi", "good.edi", *options).exit_code == 0
    assert x12("check", "odd.edi", *options).stdout.startswith("clean: 1 set")
    assert "ISA" in x12("scrub", "odd.edi", *options).stdout
    assert x12("scrub", "odd.edi").exit_code == (0 if data == WRAPPED else 2)
    (folder / "ack.edi").write_bytes(x12("ack", "odd.edi", *options).stdout_bytes)
    told = x12("explain", "ack.edi", "--original", "odd.edi", *options)
    assert told.exit_code == 0, told.stdout


def test_options_of_reading_are_judged(folder: Path) -> None:
    assert "no X12 can be read as 'klingon'" in x12("check", "good.edi", "--encoding", "klingon").stderr
    wrong = x12("check", "good.edi", "--dictionaries", "nowhere")
    assert (wrong.exit_code, wrong.stderr) == (2, "hub: nowhere: there is no such folder of dictionaries\n")
    (folder / "mine").mkdir()
    for words in (["check", "good.edi"], ["sets"], ["dictionary", "850"], ["new", "850"]):
        assert x12(*words, "--dictionaries", "mine").exit_code == 0


def test_check_by_a_partners_profile(folder: Path) -> None:
    result = x12("check", "good.edi", "--partner", "acme")
    assert result.exit_code == 1
    assert "REF[IA] is missing; the agreement demands it" in result.stdout
    wrong = x12("check", "good.edi", "--partner", "acmee")
    assert wrong.exit_code == 2
    assert wrong.stderr == "hub: there is no partner 'acmee'; did you mean acme?\n"


@pytest.mark.parametrize("words", [["check", "good.edi"], ["sets"], ["dictionary", "850"], ["new", "850"]])
@pytest.mark.parametrize("release", ["4010", "1", "\u0660\u0660\u0664\u0660\u0661\u0660"])
def test_a_release_must_be_one(folder: Path, words: list[str], release: str) -> None:
    result = x12(*words, "--release", release)
    assert (result.exit_code, result.stdout) == (2, "")
    known = ", ".join(SHIPPED.releases())
    assert result.stderr == (
        f"hub: {release!r} is no release; write six digits, such as 004010; we describe {known}\n"
    )


def test_show_prints_names_words_and_findings_and_no_colours_into_a_pipe(folder: Path) -> None:
    text = x12("show", "bad.edi").stdout
    assert "\x1b" not in text
    assert "N101     Entity identifier                  ST  ship to" in text
    assert "      >> error segment 8: PO102 (Quantity ordered) '1O' is not a number" in text
    assert "SECRET9" not in text
    assert ">>" not in x12("show", "bad.edi", "--no-findings").stdout
    assert (
        "PO1 1  1O  EA  10.50  UP  012345678905  VP  SKU1  loop PO1"
        in x12("show", "bad.edi", "--brief").stdout
    )


def test_show_as_json_is_a_line_a_segment_and_as_html_a_page(folder: Path) -> None:
    lines = [json.loads(line) for line in x12("show", "bad.edi", "--json").stdout.splitlines()]
    assert [line["segment"] for line in lines][:5] == ["ISA", "GS", "ST", "ST", "BEG"]
    assert [f["problem"] for line in lines for f in line["findings"]] == ["element.invalid_character"]
    assert x12("show", "bad.edi", "--html").stdout.startswith("<!doctype html>")
    assert x12("show", "bad.edi", "--html", "--json").exit_code == 2


def test_standard_input_is_a_file(folder: Path) -> None:
    assert x12("check", "-", stdin=BAD).stdout.startswith("error stdin: 850 0001: segment 8")
    assert x12("grep", "BEG03", "-", stdin=BAD).stdout == "stdin: 850 0001: segment 2 BEG03: 4711\n"
    assert x12("diff", "bad.edi", "-", stdin=BAD).exit_code == 0
    assert x12("diff", "-", "-", stdin=BAD).exit_code == 2


def test_ack_writes_the_same_bytes_each_time_and_explain_reads_them(folder: Path) -> None:
    first = x12("ack", "bad.edi").stdout_bytes
    assert first == x12("ack", "bad.edi").stdout_bytes
    assert b"AK4*2*330*6*1O" in first
    assert b"ST*999*" in x12("ack", "bad.edi", "--999").stdout_bytes
    assert b"TA1*000000101*" in x12("ack", "bad.edi", "--ta1").stdout_bytes
    assert b"*250304*0506*" in x12("ack", "bad.edi", "--at", "2025-03-04T05:06").stdout_bytes
    assert x12("ack", "bad.edi", "--out", "ack.edi").stdout == ""
    told = x12("explain", "ack.edi", "--original", "bad.edi")
    assert told.exit_code == 1
    assert "PO1*1*1O*EA*10.50" in told.stdout
    assert "^^" in told.stdout
    assert json.loads(x12("explain", "ack.edi", "--original", "bad.edi", "--json").stdout)["kind"] == "997"


def test_explain_needs_an_acknowledgment_and_its_original(folder: Path) -> None:
    told = x12("explain", "good.edi")
    assert (told.exit_code, told.stdout) == (2, "")
    reason = "good.edi is no acknowledgment, it holds 850 Purchase order; `hub x12 show good.edi` shows what"
    assert told.stderr.startswith(f"hub: {reason}")
    assert x12("explain", "good.edi", "--json").stdout == ""
    x12("ack", "good.edi", "--out", "ack.edi")
    assert x12("explain", "ack.edi").exit_code == 2
    assert x12("explain", "ack.edi", "--original", "good.edi").exit_code == 0


def test_diff_says_what_differs_with_the_status_of_diff(folder: Path) -> None:
    result = x12("diff", "good.edi", "bad.edi")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "850 4711",
        "  ~ PO1 1 / PO102 (Quantity ordered) in segment 8: 12 -> 1O",
        "  ~ CTT02 (Hash total) in segment 11: 18 -> nothing",
    ]
    assert [d["new"] for d in json.loads(x12("diff", "good.edi", "bad.edi", "--json").stdout)] == ["1O", ""]
    assert (x12("diff", "good.edi", "good.edi").exit_code, x12("diff", "good.edi", "good.edi").stdout) == (
        0,
        "",
    )


def test_grep_prints_as_asked_with_the_status_of_grep(folder: Path) -> None:
    files = ("good.edi", "bad.edi")
    assert x12("grep", "PO102=1O", *files).stdout == "bad.edi: 850 0001: segment 8 PO102: 1O\n"
    assert x12("grep", "PO102=1O", *files, "-l").stdout == "bad.edi\n"
    assert x12("grep", "PO102", *files, "-c").stdout == "good.edi: 2\nbad.edi: 2\n"
    assert x12("grep", "PO102=1O", *files, "--set").stdout.splitlines()[1] == "BEG*00*SA*4711**20250110~"
    assert json.loads(x12("grep", "PO102=1O", *files, "--json").stdout)["value"] == "1O"
    assert x12("grep", "PO102=99", *files).exit_code == 1
    assert x12("grep", "PO102=99", *files, "-c").exit_code == 1
    assert x12("grep", "PO1=99", *files).exit_code == 2


def test_scrub_is_another_sample_each_time_but_with_a_seed(folder: Path) -> None:
    text = x12("scrub", "good.edi", "--seed", "a").stdout
    assert text == x12("scrub", "good.edi", "--seed", "a").stdout
    assert x12("scrub", "good.edi").stdout != x12("scrub", "good.edi").stdout
    assert "STORE 42" not in text


@pytest.mark.parametrize(
    "words", [["850"], ["856", "--full"], ["940", "--release", "005010"], ["850", "--partner", "acme"]]
)
def test_new_is_valid(folder: Path, words: list[str]) -> None:
    made = x12("new", *words)
    assert made.exit_code == 0
    checked = x12("check", "-", *words[1:] if "--partner" in words else [], stdin=made.stdout_bytes)
    assert checked.stdout.startswith("clean: 1 set of ")


@pytest.mark.parametrize(
    ("set_id", "there"),
    [
        ("214", ["\nLX*", "\nAT7*X6*", "\nMS1*SPRINGFIELD*IL*US~"]),
        ("820", ["\nTRN*1*", "\nRMR*IV*", "**144~", "\nN1*PE*"]),
        ("867", ["\nQTY*32*", "*EA~", "\nLIN**UP*"]),
        ("945", ["\nW06*F*", "\nW12*CC*12*12**EA*"]),
        ("855", ["\nPO1*1*12*EA*", "\nACK*IA*12*EA"]),
        ("856", ["\nN1*SF*", "\nN1*ST*", "\nTD1*CTN25*1~"]),
    ],
)
@pytest.mark.parametrize("release", ["003040", "004010", "005010"])
def test_new_has_what_is_usual(folder: Path, set_id: str, there: list[str], release: str) -> None:
    text = x12("new", set_id, "--release", release).stdout
    if release == "004010":
        assert [words for words in there if words not in text] == []
    assert x12("check", "-", stdin=text.encode()).stdout.startswith("clean: 1 set of ")


def test_new_in_a_partners_name(folder: Path) -> None:
    text = x12("new", "850", "--partner", "acme").stdout
    assert "*ZZ*ACMERETAIL     *ZZ*US             *" in text
    assert "\nREF*IA*" in text
    assert (
        "*ZZ*US             *ZZ*ACMERETAIL     *" in x12("new", "810", "--partner", "acme").stdout
    )  # we send it


def test_an_unknown_set_or_segment_is_answered_with_the_nearest(folder: Path) -> None:
    assert x12("new", "851").exit_code == 2
    assert "did you mean" in x12("new", "851").stderr
    assert x12("dictionary", "850", "PO8").exit_code == 2
    assert "did you mean PO" in x12("dictionary", "850", "PO8").stderr


def test_the_dictionaries_can_be_looked_at(folder: Path) -> None:
    rows = [line.split("\t") for line in x12("sets", "--release", "004010").stdout.splitlines()]
    assert rows[0] == ["release", "set", "group", "name", "described", "segments"]
    assert ["004010", "850", "PO", "Purchase order", "guide-sized"] in [row[:5] for row in rows]
    assert {row["release"] for row in json.loads(x12("sets", "--json").stdout)} >= {"004010", "005010"}
    assert "    N3  Party, address  optional, up to 2 times" in x12("dictionary", "850").stdout
    assert "  PO102  Quantity ordered  330, R 1/15, optional" in x12("dictionary", "850", "PO1").stdout


def test_a_reader_that_goes_away_is_no_fault(folder: Path) -> None:
    """As in `hub x12 show FILE | head -1`."""
    (folder / "long.edi").write_bytes(interchange(*[order(control=f"{n:04d}") for n in range(2000)]))
    code = "import sys; from hub.cli.main import main; sys.argv = sys.argv[1:]; main()"
    command = [sys.executable, "-c", code, "hub", "x12", "show", "long.edi"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"interchange 000000101")
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_the_page_of_the_docs_names_each_command_and_its_program_runs(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (Path(__file__).parents[2] / "docs" / "x12.md").read_text("utf-8")
    for command in COMMANDS:
        assert re.search(rf"\| `[^|]*\b{command}\b", text), command
    (program,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (folder / "order.edi").write_bytes(BAD)
    exec(compile(program, "docs/x12.md", "exec"), {})
    assert "order.edi: 850 0001: segment 8: PO102" in capsys.readouterr().out


def test_the_commands_of_the_docs_can_be_given(folder: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "x12.md").read_text("utf-8")
    for name in ("order.edi", "our-invoice.edi"):
        (folder / name).write_bytes(interchange(order()))
    (folder / "their-997.edi").write_bytes(x12("ack", "order.edi").stdout_bytes)
    tried = 0
    for line in re.findall(r"^hub x12 ([^#\n|&>]+)", text, re.MULTILINE):
        if "*" not in line:
            tried += 1
            assert x12(*line.split()).exit_code in {0, 1}, line
    assert tried > 12


def test_a_bar_is_shown_on_a_terminal_when_it_lasts_and_only_there(folder: Path) -> None:
    data = interchange(order())
    terminal, error = pty.openpty()
    code = "import sys; from hub.cli.main import main; sys.argv = sys.argv[1:]; main()"
    command = [sys.executable, "-c", code, "hub", "x12", "grep", "BEG03", "-"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    with (folder / "out.txt").open("wb") as out, subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=out, stderr=error, env=environment
    ) as process:  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(data)
        give_up = time.monotonic() + 60
        while not select.select([terminal], [], [], AFTER_SECONDS / 4)[0] and time.monotonic() < give_up:
            process.stdin.write(b"\n" * CHUNK)
        process.stdin.close()
        assert process.wait(60) == 0
    os.close(error)
    shown = os.read(terminal, 1 << 16).decode()
    os.close(terminal)
    assert "stdin" in shown
    assert re.search(r"\d [kM]B|\d/\? [kM]B", shown)
    assert (folder / "out.txt").read_text() == "stdin: 850 0001: segment 2 BEG03: 4711\n"
