"""Profiles: merging, the faults that are refused with their lines, and the defaults that are filled in."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from hub.model import problems
from hub.model.documents import DocType
from hub.model.errors import ConfigError
from hub.model.finding import Severity
from hub.profiles import effective, load_partners
from hub.toml.reading import as_line

FIVE_MISTAKES = """\
extends = "_base"
name = "ACME"
status = "lvie"

[identity]
isa = "ACMERETAIL"

[transport]
password = "hunter2-is-not-a-reference"

[recieve.purchase_order]
price = "partner"

[send.invoice]
must.IT1066 = "UP"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "_base.toml").write_text('format = "x12"\n[x12]\nrelease = "005010"\nsegment = "~"\n')
    return tmp_path


def profile(folder: Path, text: str, key: str = "acme") -> list[str]:
    """Write one profile and return the lines of its findings without the folder's name."""
    (folder / f"{key}.toml").write_text(text)
    _, findings = load_partners(folder)
    return [as_line(finding).replace(f"{folder.as_posix()}/", "") for finding in findings]


def test_five_mistakes_give_five_messages_with_their_lines(folder: Path) -> None:
    lines = profile(folder, FIVE_MISTAKES)
    assert lines == [
        'acme.toml:3:1: "status" cannot be "lvie": did you mean "live"?',
        'acme.toml:6:1: "ACMERETAIL" is no interchange id',
        'acme.toml:9:1: "transport.password" must be a reference, never the secret itself',
        'acme.toml:11:2: unknown key "recieve": did you mean "receive"?',
        'acme.toml:15:1: "IT1066" names no X12 segment or element',
    ]


def test_a_message_never_shows_the_secret(folder: Path) -> None:
    (folder / "acme.toml").write_text(FIVE_MISTAKES)
    _, findings = load_partners(folder)
    assert not any("hunter2" in f"{f.message}{f.hint}{f.value}" for f in findings)


GOOD = 'name = "ACME"\n[identity]\nisa = "ZZ:ACMERETAIL"\n'


SYNTAX, UNKNOWN, TYPE = problems.CONFIG_SYNTAX, problems.CONFIG_UNKNOWN_KEY, problems.CONFIG_TYPE
VALUE, MISSING, REFERENCE = problems.CONFIG_VALUE, problems.CONFIG_MISSING, problems.CONFIG_REFERENCE
Case = tuple[str, str, int | None, str]

#: A whole file, the problem, its line, words of the message.
WHOLE_FILES: list[Case] = [
    ("name = ", SYNTAX, 1, "not valid TOML"),
    ('name = "A"\nname = "B"\n', SYNTAX, 2, "not valid TOML"),
    ('[identity]\nisa = "ZZ:A"\n', MISSING, None, '"name" is missing'),
    ('name = "A"\n[identity]\ngs = "AB"\n', MISSING, 2, '"identity.isa" is missing'),
    ('extends = "_bse"\n' + GOOD, REFERENCE, 1, 'did you mean "_base"?'),
    ('extends = "globex"\n' + GOOD, REFERENCE, 1, "starts with _"),
    ('key = "acme"\n' + GOOD, UNKNOWN, 1, 'unknown key "key"'),
]
#: The same for lines that follow GOOD, so they begin at line 4.
ADDED_LINES: list[Case] = [
    ("gs = 4010\n", TYPE, 4, "must be text, not a whole number"),
    ('[transport]\nport = "22"\n', TYPE, 5, "must be a whole number, not text"),
    ('[transport]\ninclude = "*.edi"\n', TYPE, 5, "must be a list, not text"),
    ("[x12]\nnewline = 1\n", TYPE, 5, "must be true or false, not a whole number"),
    ('[x12]\nsegment = ">"\n', VALUE, 5, 'are both ">"'),
    ('[x12]\nelement = "A"\n', VALUE, 5, "cannot be the element separator"),
    ('[x12]\nrelease = "4010"\n', VALUE, 5, "is no release of X12"),
    ('[obligations]\nthey_owe.functional_ack = "4 hours"\n', VALUE, 5, "it is a duration"),
    ('[obligations.we_owe]\nship_notice = "soon"\n', VALUE, 5, "is no promise"),
    ("[receive.purchase_ordr]\n", UNKNOWN, 4, 'did you mean "purchase_order"?'),
    ("[send.warehouse_order]\n", MISSING, 4, "names no warehouse"),
    ('[send.purchase_order]\nset = "940"\n', VALUE, 5, "carries no purchase order"),
    ("[receive.unknown]\n", UNKNOWN, 4, 'unknown key "unknown"'),
    ("[send.functional_ack]\n", UNKNOWN, 4, 'unknown key "functional_ack"'),
    ('[receive.purchase_order]\nprice = "tolerance 2"\n', VALUE, 5, "is no price policy"),
    ('[receive.invoice]\nitem_trust = ["upc", "crosswlk"]\n', VALUE, 5, '"crosswalk"'),
    ('[receive.invoice]\nmap."refs.department" = "REF[DP/02"\n', VALUE, 5, "REF[DP/02"),
    ('[receive.invoice]\nmap.refs.department = "REF[DP]/02"\n', TYPE, 5, "must be text"),
    ('[receive.invoice]\nmap."lines[].colour" = "IT1/09"\n', VALUE, 5, "colour"),
    ('[receive.invoice]\nmap_file = "../x.toml"\n', VALUE, 5, "leaves the partners folder"),
    ('[receive.invoice]\ncrosswalk.item = "a/i.csv"\n', REFERENCE, 5, "no file"),
    ('[transport]\nkind = "sftp"\nhost = "h"\nuser = "u"\nkey = "file:k"\n', MISSING, 4, "host_key"),
    ('[transport]\npublic_keys = ["ssh-rsa"]\n', VALUE, 5, "no OpenSSH public key"),
    ('[transport]\ninbox = "inbound"\n', VALUE, 4, "same folder"),
    ('[transport]\narchive = "../../etc"\n', VALUE, 5, "leaves the account"),
    ('[transport]\nname = "{documnt}_{number}"\n', VALUE, 5, 'did you mean "document"?'),
    ('[transport]\nname = "{number:>99999999}"\n', VALUE, 5, "does more than name things"),
    ('[transport]\nname = "{number.real}_{control}"\n', VALUE, 5, 'unknown placeholder "{number.real}"'),
    ('[transport]\nname = "{number"\n', VALUE, 5, "is no pattern"),
    ('[transport]\nname = "order.edi"\n', VALUE, 5, "the same name"),
    ('[owner]\nbusiness = "nobody"\n', VALUE, 5, "no mail address"),
    ('[csv]\nseparator = ";;"\n', VALUE, 5, "cannot be the separator"),
    ('[csv]\nencoding = "utf-9"\n', VALUE, 5, "unknown encoding"),
    ('[x12]\nencoding = "cp999"\n', VALUE, 5, "no X12 can be read as"),
    ('[x12]\nencoding = "shift_jis"\n', VALUE, 5, "no X12 can be read as"),
]
ADDED = [(GOOD + text, problem, line, words) for text, problem, line, words in ADDED_LINES]


@pytest.mark.parametrize(("text", "problem", "line", "words"), WHOLE_FILES + ADDED)
def test_each_fault_is_one_finding_at_its_line(
    folder: Path, text: str, problem: str, line: int | None, words: str
) -> None:
    (folder / "acme.toml").write_text(text)
    partners, findings = load_partners(folder)
    assert not partners
    assert [(f.problem, f.where.row) for f in findings] == [(problem, line)]
    assert words in findings[0].message
    assert findings[0].hint


@pytest.mark.parametrize(
    ("form", "text", "line", "words"),
    [
        ("x12", 'map_file = "own.toml"', 6, "no map file"),
        ("csv", 'map."lines[].price" = ""', 6, "mapped to nothing"),
        ("csv", 'must.colour = ""', 6, "colour"),
        ("csv", 'map_file = "own.toml"', 6, "unknown colums"),
        ("xml", 'map_file = "own.toml"', 6, "unknown colums"),
        ("xml", 'map."number" = "Order[/@id"', 6, "XPath"),
    ],
)
def test_a_map_that_would_stop_a_document_is_refused(
    folder: Path, form: str, text: str, line: int, words: str
) -> None:
    (folder / "own.toml").write_text('document = "invoice"\n[colums]\n')
    (folder / "acme.toml").write_text(f'format = "{form}"\n{GOOD}[receive.invoice]\n{text}\n')
    findings = [f for f in load_partners(folder)[1] if f.where.file.endswith("acme.toml")]
    assert [finding.where.row for finding in findings] == [line]
    assert words in findings[0].message


IMPOSSIBLE = """\
[receive.purchase_order]
codes."PO103" = "EACH|"
codes."PO102" = "EA"
codes."BEG02" = ""
codes."PO106" = "UP|VP"
must."IT106" = ""
must."PO1/BEG03" = ""
must."N1[SHIPTO]04" = ""
must."PO1/PID05" = ""
max."N1" = 0
max."BEG03" = 10
forbid = ["PO199", "BEG", "no such", "SAC"]
"""


def test_a_guideline_that_no_document_can_fulfil_is_told_line_by_line(folder: Path) -> None:
    (folder / "acme.toml").write_text(GOOD + IMPOSSIBLE)
    findings = load_partners(folder)[1]
    first = GOOD.count("\n") + 1
    told = [((f.where.row or 0) - first, f.severity, f.message) for f in findings]
    assert [(row, severity) for row, severity, _ in told] == [
        (1, Severity.ERROR), (2, Severity.ERROR), (3, Severity.ERROR), (5, Severity.WARNING), (6, Severity.WARNING),
        (7, Severity.ERROR), (9, Severity.ERROR), (11, Severity.ERROR), (11, Severity.ERROR), (11, Severity.ERROR),
    ]  # fmt: skip
    messages = [message for _, _, message in told]
    assert '"EACH" cannot stand in "PO103": Unit of measure is ID 2/2' in messages[0]
    assert "is R 1/15" in messages[1]
    assert messages[4] == '"PO1/BEG03": no BEG stands inside PO1 in 850 004010'
    assert "whole number" in findings[6].hint
    assert messages[8] == '"BEG" is mandatory in X12'


def test_only_documents_are_known_under_receive(folder: Path) -> None:
    (folder / "acme.toml").write_text(GOOD + "[receive.technical_ack]\n[receive.zebra]\n")
    hints = [finding.hint for finding in load_partners(folder)[1]]
    assert "[x12]" in hints[0]
    assert "purchase_order" in hints[1]
    assert not any(word in hints[1] for word in ("functional_ack", "receipt", "records", "unknown"))


def test_a_key_in_the_wrong_table_is_sent_home(folder: Path) -> None:
    (folder / "acme.toml").write_text("poll_seconds = 5\n" + GOOD)
    (finding,) = load_partners(folder)[1]
    assert finding.hint == "it belongs in [transport]"


def test_a_fault_of_a_template_is_said_once_and_at_its_own_line(folder: Path) -> None:
    (folder / "_base.toml").write_text('format = "x12"\nstatsu = "live"\n')
    profile(folder, 'extends = "_base"\n' + GOOD, "one")
    text = 'extends = "_base"\nname = "B"\nidentity.isa = "ZZ:B"\n'
    assert profile(folder, text, "two") == ['_base.toml:2:1: unknown key "statsu": did you mean "status"?']


def test_templates_in_a_circle_are_refused(folder: Path) -> None:
    (folder / "_base.toml").write_text('extends = "_other"\n')
    (folder / "_other.toml").write_text('extends = "_base"\n')
    lines = profile(folder, 'extends = "_base"\n' + GOOD)
    assert lines == [
        "_other.toml:1:1: templates extend each other in a circle: acme -> _base -> _other -> _base"
    ]


def test_the_nearer_file_wins_and_tables_merge(folder: Path) -> None:
    (folder / "_mine.toml").write_text(
        'extends = "_base"\n[x12]\nsegment = "!"\n[send.invoice]\nmust.IT106 = "UP"\n'
    )
    lines = profile(folder, 'extends = "_mine"\n' + GOOD + '[send.invoice]\nmust.IT108 = ""\n')
    assert lines == []
    partner = load_partners(folder)[0]["acme"]
    assert (partner.x12.release, partner.x12.segment) == ("005010", "!")
    assert partner.send[DocType.INVOICE].must == {"IT106": "UP", "IT108": ""}


def test_defaults_that_depend_on_other_keys_are_filled_in(folder: Path) -> None:
    text = 'extends = "_base"\n' + GOOD + '[send.invoice]\n[receive.purchase_order]\nformat = "csv"\n'
    assert profile(folder, text + '[obligations]\nthey_owe.functional_ack = "1h30m"\n') == []
    partner = load_partners(folder, our_isa="ZZ:OURCO")[0]["acme"]
    identity = partner.identity
    assert (identity.gs, identity.our_isa, identity.our_gs, identity.odoo) == (
        "ACMERETAIL",
        "ZZ:OURCO",
        "OURCO",
        "ACME",
    )
    assert (partner.transport.user, partner.x12.version) == ("acme", "00501")
    assert (partner.send[DocType.INVOICE].format, partner.send[DocType.INVOICE].release) == ("x12", "005010")
    assert partner.receive[DocType.PURCHASE_ORDER].format == "csv"
    assert partner.ack_due_seconds == 5400


@pytest.mark.parametrize("key", ["Acme", "a b", "-a", "a" * 41, "ä"])
def test_a_key_that_is_no_safe_name_is_refused(folder: Path, key: str) -> None:
    (line,) = profile(folder, GOOD, key)
    assert "cannot be the name of a profile" in line


def test_a_broken_profile_does_not_take_the_others_down(folder: Path) -> None:
    profile(folder, "]", "bad")
    profile(folder, GOOD, "good")
    assert list(load_partners(folder)[0]) == ["good"]


def test_effective_says_where_each_value_comes_from(folder: Path) -> None:
    profile(folder, 'extends = "_base"\n' + GOOD + '[send.invoice]\nmap."refs.department" = "REF[DP]/02"\n')
    text = effective(folder, "acme")
    base, own = (folder / "_base.toml").as_posix(), (folder / "acme.toml").as_posix()
    assert f'release = "005010"  # {base}:3' in text
    assert f'name = "ACME"  # {own}:2' in text
    assert tomllib.loads(text)["send"] == {"invoice": {"map": {"refs.department": "REF[DP]/02"}}}


def test_effective_of_an_unknown_profile_says_what_was_meant(folder: Path) -> None:
    profile(folder, GOOD)
    with pytest.raises(ConfigError, match=r'no profile "acmee".*did you mean "acme"'):
        effective(folder, "acmee")


def test_a_folder_that_is_not_there_has_no_partners(tmp_path: Path) -> None:
    assert load_partners(tmp_path / "none") == ({}, ())
