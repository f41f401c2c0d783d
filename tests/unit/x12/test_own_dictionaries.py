"""Dictionaries of one's own: laid over ours, with entries told apart by qualifiers, places described by themselves,
entries in any order; and what a file that cannot be used is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.errors import ConfigError
from tests.support.x12_samples import envelope
from translators.x12.rules import cache
from translators.x12.rules.check import check_set
from translators.x12.rules.source import FOLDER, SHIPPED, Library, load, nearest_release

RELEASE = """release = "005010X999A1"
base = "005010"
"""
SEGMENTS = """
[NM1]
name = "Name"
elements = "98 M, 1065 M, 1035"
[NM1-PAY]
name = "Payer"
elements = "98 M [PR], 1065 M [2], 1035 M, 67 -"
[TST]
name = "Test"
elements = "98 M, C040 x3, 127"
"""
ELEMENTS = """
[elements]
1065 = "Kind of party | ID 1/1"
1035 = "Last name | AN 1/60"
"""
SET = '''
id = "899"
group = "TT"
name = "A guide's set"
complete = true
structure = """
ST M 1
# sender and receiver, told apart by NM101
LOOP 1000A M 1
  NM1[41] M 1
  PER O 2
LOOP 1000B M 1
  NM1[40] M 1
LOOP 2000 O >1
  HL[03=20] M 1
  NM1-PAY[PR] M 1
  REF[EI] M 1
  REF[SY|TJ] O 2 ~
  REF[1C] O 1 ~
  DTM O 1
SE M 1
"""
'''
VALID = [
    "ST*899*0001", "NM1*41*2*US", "PER*BD*X", "NM1*40*2*THEM",
    "HL*1**20", "NM1*PR*2*PAYER", "REF*SY*1", "REF*EI*2", "REF*TJ*3", "REF*1C*4", "DTM*002*20250101",
    "HL*2**20", "NM1*PR*2*PAYER", "REF*EI*2", "REF*SY*1", "SE*16*0001",
]  # fmt: skip


@pytest.fixture
def library(tmp_path: Path) -> Library:
    folder = tmp_path / "005010X999A1"
    folder.mkdir()
    for name, content in {"release": RELEASE, "segments": SEGMENTS, "elements": ELEMENTS, "899": SET}.items():
        (folder / f"{name}.toml").write_text(content)
    return Library((FOLDER, tmp_path))


def told(library: Library, lines: list[str]) -> list[tuple[str, str, str]]:
    payload = "".join(f"{line}~\n" for line in lines).encode()
    found = check_set(payload, envelope("899", "005010X999A1"), library=library)
    return [(f.problem, str(f.where), f.where.loop) for f in found]


def test_a_guide_is_found_by_its_name(library: Library) -> None:
    assert nearest_release("005010X999A1", library) == "005010X999A1"
    assert nearest_release("005010X998", library) == "005010"
    assert nearest_release("005010X999A1", SHIPPED) == "005010"
    assert "850" in load("005010X999A1", library).sets


def test_qualifiers_tell_entries_apart(library: Library) -> None:
    assert told(library, VALID) == []


@pytest.mark.parametrize(
    ("line", "instead", "expected"),
    [
        (1, ["NM1*40*2*THEM"], [
            ("segment.mandatory_missing", "segment 2 NM1", "1000A"), ("segment.unexpected", "segment 3 PER", "1000B"),
            ("loop.over_max", "segment 4 NM1", "1000B")]),
        (3, [], [("segment.mandatory_missing", "segment 4 NM1", "1000B")]),
        (4, ["HL*1**21"], [("segment.unexpected", "segment 5 HL", "1000B")]),
        (5, ["NM1*PR*1*PAYER"], [("element.invalid_code", "segment 6 NM102", "2000")]),
        (5, ["NM1*PR*2"], [("element.mandatory_missing", "segment 6 NM103", "2000")]),
        (5, ["NM1*PR*2*PAYER*X"], [("guide.element_forbidden", "segment 6 NM104", "2000")]),
        (7, [], [("segment.mandatory_missing", "segment 10 REF", "2000")]),
        (7, ["REF*EI*2", "REF*EI*2"], [("segment.over_max", "segment 9 REF", "2000")]),
        (9, ["REF*SY*5"], [("segment.over_max", "segment 10 REF", "2000")]),
        (10, ["DTM*002*20250101", "REF*1C*1"], [("segment.out_of_sequence", "segment 12 REF", "2000")]),
        (13, [], [("segment.mandatory_missing", "segment 15 REF", "2000")]),
    ],
)  # fmt: skip
def test_each_fault_is_found_at_its_place(
    library: Library, line: int, instead: list[str], expected: list[tuple[str, str, str]]
) -> None:
    lines = [*VALID[:line], *instead, *VALID[line + 1 :]]
    found = told(library, lines)
    if line == 4:
        found = found[:1]  # what follows is lost without its loop
    assert found == expected


def test_an_overlay_changes_a_release_of_ours(tmp_path: Path) -> None:
    folder = tmp_path / "004010"
    folder.mkdir()
    (folder / "elements.toml").write_text('[elements]\n324 = "Order number | AN 1/5"\n')
    library = Library((FOLDER, tmp_path))
    assert load("004010", library).segments["BEG"].uses[2].element.most == 5
    assert load("004010").segments["BEG"].uses[2].element.most == 22
    assert load("005010", library).segments["BEG"].uses[2].element.most == 5


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("899.toml", SET.replace("  REF[1C] O 1 ~", "  REF O"), "'  REF O' is no line of a structure"),
        ("899.toml", SET.replace("  REF[1C] O 1 ~", "  QQQ O 1"), "'QQQ' is missing or not described"),
        ("899.toml", SET.replace("  DTM O 1", "+ nowhere"), "'nowhere' is missing"),
        ("899.toml", SET.replace("  PER O 2", "      PER O 2"), "is no line of a structure"),
        ("899.toml", SET.replace("SE M 1", ""), "ends with SE"),
        ("segments.toml", SEGMENTS.replace("1035 M, 67 -", "99999"), r"\[NM1-PAY\]: '99999' is missing"),
        ("segments.toml", SEGMENTS.replace("C040 x3", "C040 q3"), "'q3' is no flag"),
        ("segments.toml", SEGMENTS + 'notes = "P0409"\n', "'P0409' is no syntax note over 3 elements"),
        ("elements.toml", '[elements]\n1065 = "Kind of party"\n', r"\[1065\].*is no element"),
        ("elements.toml", "[elements\n", "elements.toml: "),
        ("elements_more.toml", ELEMENTS, "described twice"),
        ("segments.toml", '[NM1]\nname = "x"\n', "'elements' is missing"),
        ("segments.toml", '[NM1]\nname = "x"\nelements = "(98, 1035) x999999999"\n', "no segment has so many elements"),
        ("release.toml", 'base = "005010X999A1"\n', "is based on itself"),
        ("release.toml", 'base = "009999"\n', "the release 009999, on which 005010X999A1 is based, is not described"),
        ("fragments.toml", '[fragments]\nhead = "+ head"\n', "the fragment 'head' contains itself"),
        ("fragments.toml", '[fragments]\nhead = """\n+ a\n+ a\n"""\na = """\n+ head\n"""\n', "contains itself"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named(library: Library, file: str, content: str, words: str) -> None:
    folder = library.folders[1] / "005010X999A1"
    (folder / file).write_text(content)
    if file == "fragments.toml":
        (folder / "899.toml").write_text(SET.replace("# sender", "+ head\n# sender"))
    with pytest.raises(ConfigError, match=words) as told:
        load("005010X999A1", library)
    assert "005010X999A1" in str(told.value)


def test_a_composite_stands_in_no_other(library: Library) -> None:
    itself = '[composites]\nC040 = "Reference | 127, C040"\n'
    (library.folders[1] / "005010X999A1" / "elements.toml").write_text(ELEMENTS + itself)
    with pytest.raises(ConfigError, match=r"\[\w+\]: 'C040' is missing or not described"):
        load("005010X999A1", library)


def test_what_is_kept_on_disk_is_found_again(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "kept"
    monkeypatch.setenv("PARTNER_HUB_CACHE", str(place))
    cache.folder.cache_clear()
    made = []
    try:
        for _ in range(2):
            made.append(cache.value("k", list[int], lambda: [len(made)]))
            made.append(cache.generated("m", "X", lambda: f"X = {len(made)}"))
        assert made == [[0], 1, [0], 1]
        (place / "k.msgpack").write_bytes(b"\xc1 broken")
        (place / "m.code").write_bytes(b"\xff broken")
        assert cache.value("k", list[int], lambda: [7]) == [7]
        assert cache.generated("m", "X", lambda: "X = 8") == 8
        place.chmod(0o777)  # others could write there: not to be run
        cache.folder.cache_clear()
        assert cache.folder() is None
        assert cache.value("k", list[int], lambda: [9]) == [9]
    finally:
        cache.folder.cache_clear()
