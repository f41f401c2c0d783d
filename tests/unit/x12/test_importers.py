"""Dictionaries of other engines become ours, are written as they are read, and check documents."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyx12

from hub.model import problems
from hub.model.errors import ConfigError
from tests.support.x12_foreign import (
    BIZTALK,
    BOTS,
    BOTS_RECORDS,
    CODES,
    DATAELE,
    MAP,
    MAPS,
    N1,
    STAEDI,
    STAEDI_GUIDE,
)
from tests.support.x12_samples import envelope
from translators.x12.exporters.pyx12 import unsayable, write_pyx12_maps
from translators.x12.importers.draft import Draft, DraftSet, Spot, assemble, with_ends
from translators.x12.importers.pyx12 import read_pyx12
from translators.x12.importers.reading import format_of, read_sources, write_imports
from translators.x12.importers.tree import parse_tree
from translators.x12.rules.check import check_set
from translators.x12.rules.compiled import checker_for
from translators.x12.rules.dictionary import Element, Note, Segment, Use, When
from translators.x12.rules.source import SHIPPED, Library, load

PYX12_MAPS = Path(pyx12.__file__).with_name("map")

NO_TYPES = "<schema><transaction><sequence><segment type='N1'/></sequence></transaction></schema>"


def files(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        stem, _, suffix = name.rpartition("_")
        (folder / f"{stem}.{suffix}").write_text(text, "utf-8")
    return folder


def pyx12_folder(folder: Path, the_map: str = "") -> Path:
    text = the_map or MAP.format(n1_a=N1.format(code="BY"), n1_b=N1.format(code="ST"))
    return files(folder, dataele_xml=DATAELE, codes_xml=CODES, maps_xml=MAPS, one_xml=text)


def imported(source: Path, into: Path, release: str = "") -> Library:
    write_imports(read_sources([source], release=release), into)
    return Library((into,))


def found(
    library: Library, release: str, set_id: str, body: str, component: str = ">"
) -> list[tuple[str, str]]:
    lines = [["ST", set_id, "0001"], *(line.split("*") for line in body.split("|")), ["SE", "9", "0001"]]
    text = "".join("*".join(line) + "~" for line in lines)
    return [
        (f.problem, f.where.name)
        for f in check_set(text.encode(), envelope(set_id, release=release), None, library)
        if f.fatal
    ]


# --- pyx12


def test_a_map_of_pyx12_keeps_loops_qualifiers_free_order_codes_and_what_is_not_used(tmp_path: Path) -> None:
    (draft,) = read_pyx12(pyx12_folder(tmp_path))
    dictionary = assemble(draft)
    one = dictionary.sets["123"]
    assert (draft.release, one.group, one.complete) == ("005010X999", "ZZ", True)
    assert [(e.id, e.mandatory, e.most, e.free) for e in one.entries] == [
        ("ST", True, 1, False), ("1000A", True, 1, False), ("1000B", False, 2, True), ("SE", True, 1, False),
    ]  # fmt: skip
    head = one.entries[1].inner[0]
    assert (head.key, head.when) == ("N1-1000A", When(1, frozenset({"BY"})))
    n1 = dictionary.segments["N1-1000A"]
    assert [use.element.codes for use in n1.uses] == [{"BY"}, None, {"NY", "TX"}, None]
    assert [use.used for use in n1.uses] == [True, True, True, False]
    assert n1.notes == (Note("R", (2, 3)),)
    assert n1.uses[0].element.name == "Entity / code"
    assert draft.notes == ["left out: the regex '[A-Z]+' of N102"]


def test_documents_are_checked_by_an_imported_guide(tmp_path: Path) -> None:
    library = imported(pyx12_folder(tmp_path / "maps"), tmp_path / "ours")
    assert found(library, "005010X999", "123", "N1*ST*SHOP|N1*BY*HEAD") == []
    assert found(library, "005010X999", "123", "N1*ST*SHOP") == [(problems.SEGMENT_MISSING, "N1")]
    assert found(library, "005010X999", "123", "N1*BY**ZZ") == [(problems.ELEMENT_CODE, "N103")]
    assert found(library, "005010X999", "123", "N1*BY*A**B") == [(problems.GUIDE_ELEMENT_FORBIDDEN, "N104")]


def test_a_guides_folder_needs_no_acknowledgments(tmp_path: Path) -> None:
    library = Library(
        (*SHIPPED.folders, imported(pyx12_folder(tmp_path / "maps"), tmp_path / "o").folders[0])
    )
    checker = checker_for("005010X999", "997", None, library)
    assert checker is not None
    assert checker.dictionary.release == "005010"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('data_ele="93"', 'data_ele="4711"', "one.xml:"),
        ('pos="020"', 'pos="2O"', "not a whole number"),
        ("ST_LOOP", "X", ""),
        ('xid="N1"', 'xid="../N1"', "no segment id"),
    ],
)
def test_a_map_that_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    text = MAP.format(n1_a=N1.format(code="BY"), n1_b=N1.format(code="ST")).replace(old, new)
    folder = pyx12_folder(tmp_path, text)
    if not told:
        assert read_pyx12(folder)
        return
    with pytest.raises(ConfigError, match=told):
        read_pyx12(folder / "one.xml")


def test_all_health_care_guides_of_pyx12_are_imported_and_check(tmp_path: Path) -> None:
    done = write_imports(read_sources([PYX12_MAPS]), tmp_path)
    library = Library((tmp_path,))
    sets = {set_id for one in done for set_id in one.sets}
    assert {"837", "835", "834", "820", "270", "271", "276", "277", "278"} <= sets
    checkers = [checker_for(one.release, set_id, None, library) for one in done for set_id in one.sets]
    assert all(checker and len(checker.grammar.states) > 5 for checker in checkers)
    body = "BHT*0022*13*1*20250103*0930|HL*1**20*1|NM1*PR*2*PAYER*****PI*12|HL*2*1*21*1|NM1*1P*2*CLINIC*****XX*12"
    assert found(library, "004010X092A1", "270", f"{body}|HL*3*2*22*0|NM1*IL*1*DOE|EQ*30") == []
    assert (problems.ELEMENT_MISSING, "NM108") in found(
        library, "004010X092A1", "270", body.replace("*PI*12", "")
    )


def test_a_lost_segment_is_explained_by_the_place_that_its_qualifier_names(tmp_path: Path) -> None:
    """Its elements were held against the first place of its id, so that a right code was called wrong."""

    def party(code: str, *more: Use) -> Spot:
        uses = (Use(Element("98", "Entity", "ID", 2, 3, frozenset({code})), mandatory=True), *more)
        return Spot(
            "NM1", mandatory=True, most=1, segment=Segment("NM1", code, uses), when=When(1, frozenset({code}))
        )

    name = Use(Element("1035", "Name", "AN", 1, 60), mandatory=True)
    level = Spot("LX", mandatory=True, most=1, segment=Segment("LX", "Level", (name,)))
    spots = (
        Spot("1000A", mandatory=True, most=1, inner=(party("41"),)),
        Spot("2000", mandatory=False, most=0, inner=(level, party("40", name))),
    )
    draft = Draft("005010X1", [DraftSet("899", "ZZ", "", with_ends(spots, "005010"))])
    write_imports([draft], tmp_path)
    assert found(Library((tmp_path,)), "005010X1", "899", "NM1*41|NM1*40*A") == [
        (problems.SEGMENT_UNEXPECTED, "NM1")
    ]


# --- the others


def test_a_schema_of_staedi(tmp_path: Path) -> None:
    source = files(tmp_path / "004010", EDISchema850_xml=STAEDI.format(guide=""))
    library = imported(source / "EDISchema850.xml", tmp_path / "o")
    beg = load("004010", library).segments["BEG-850"]
    assert [u.element.number for u in beg.uses] == ["353", "324", "373", "C001_850"[:4]]
    assert [(u.element.kind, u.mandatory) for u in beg.uses[3].parts] == [("R", True), ("N2", False)]
    assert (beg.uses[3].repeats, beg.notes) == (3, (Note("C", (4, 3)),))
    assert found(library, "004010", "850", "BEG*00*PO1*20250101|N1*BY*HEAD|N3*A|N3*B") == []
    assert found(library, "004010", "850", "BEG*01*PO1|N3*A") == [
        (problems.ELEMENT_CODE, "BEG01"), (problems.SEGMENT_UNEXPECTED, "N3"),
    ]  # fmt: skip


def test_an_implementation_of_staedi_narrows_its_transaction(tmp_path: Path) -> None:
    source = files(tmp_path / "004010", po850_xml=STAEDI.format(guide=STAEDI_GUIDE))
    library = imported(source / "po850.xml", tmp_path / "o")
    assert found(library, "004010", "850", "BEG*00*PO1|N1*ST*A|N3*B|N1*BY") == []
    assert found(library, "004010", "850", "BEG*00*PO1|N1*BY*NAME|N1*ST") == [
        (problems.GUIDE_ELEMENT_FORBIDDEN, "N102"), (problems.ELEMENT_MISSING, "N102"),
    ]  # fmt: skip


def test_a_schema_of_biztalk(tmp_path: Path) -> None:
    source = files(tmp_path, x_xsd=BIZTALK)
    library = imported(source / "x.xsd", tmp_path / "o")
    beg = load("004010", library).segments["BEG-850"]
    assert [(u.element.number, u.element.kind, u.mandatory) for u in beg.uses[:3]] == [
        ("353", "ID", True), ("BEG02", "AN", False), ("BEG03", "DT", False),
    ]  # fmt: skip
    assert (beg.uses[1].element.most, beg.notes) == (22, (Note("C", (3, 2)),))
    assert beg.uses[3].parts[0].element.kind == "R"
    assert found(library, "004010", "850", "BEG*00|N1*BY|N3*A|N3*B|N1*ST") == []
    assert found(library, "004010", "850", "BEG*07") == [(problems.ELEMENT_CODE, "BEG01")]


def test_a_grammar_of_bots_is_read_and_never_run(tmp_path: Path) -> None:
    source = files(tmp_path, **{"850004010_py": BOTS, "records004010_py": BOTS_RECORDS})
    drafts = read_sources([source])
    assert "no code lists" in drafts[0].notes[0]
    write_imports(drafts, tmp_path / "o")
    library = Library((tmp_path / "o",))
    assert load("004010", library).sets["850"].group == "PO"
    assert found(library, "004010", "850", "BEG*00**20250101*1.5>7|N1*BY|N3*A|N1*ST") == []
    assert found(library, "004010", "850", "BEG*0**20251301|N3*A") == [
        (problems.ELEMENT_SHORT, "BEG01"), (problems.ELEMENT_DATE, "BEG03"), (problems.SEGMENT_UNEXPECTED, "N3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("a.xml", "<schema><a></schema>", "a.xml:1: not well-formed"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY x "y">]>\n<a>&x;</a>', "a.xml:1: a document type declaration"),
        ("a.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', "document type declaration"),
        ("a.xml", '<?xml version="1.0" encoding="none-such"?><a/>', "a.xml:1: "),
        ("a.xml", "<a>" * 200 + "</a>" * 200, "nested deeper"),
        ("a.xml", "", "a.xml:1: not well-formed"),
        ("a.xml", "<html/>", "is no map of pyx12, no EDISchema"),
        ("a.xsd", "<schema><element name='Order'/></schema>", "no root element such as X12_00401_850"),
        ("850.xml", NO_TYPES, "--release"),
        ("850004010.xml", NO_TYPES, "'N1' is not described"),
        ("850004010.xml", "<schema><include schemaLocation='http://x/../../etc/t.xml'/><transaction/></schema>",
         "into the same folder"),
        ("850004010.py", "structure = [", "850004010.py:1: not Python"),
        ("850004010.py", "structure = open('x')\nrecorddefs = {}", "850004010.py:1: grammars are read, not run"),
        ("850004010.py", "from .records import recorddefs", "put records.py into the same folder"),
        ("a004010.py", "from .a004010 import recorddefs", "into the same folder, once"),
        ("850004010.py", "structure = [{ID: 'N1'}]\nrecorddefs = {}", "N1 is not described"),
        ("850004010.py", "structure = [{ID: '../x'}]\nrecorddefs = {}", "no row of a structure"),
        ("850004010.py", "x = 1", "no grammar of Bots"),
        ("850004010.py", "structure = " + "[" * 5000, "850004010.py:1: "),
    ],
)  # fmt: skip
def test_what_cannot_be_imported_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(ConfigError) as caught:
        write_imports(read_sources([tmp_path / name]), tmp_path / "o")
    assert told in str(caught.value)


def test_types_that_hold_each_other_end(tmp_path: Path) -> None:
    inner = "".join(
        f"<complexType name='T{n}'><sequence><element name='A' type='T{n + 1}'/><element name='B' type='T{n + 1}'/>"
        "</sequence></complexType>"
        for n in range(25)
    )
    bomb = f"<schema><element name='X12_00401_850' type='T0'/>{inner}</schema>"
    loop = "<group name='g'><sequence><group ref='g'/></sequence></group>"
    top = "<element name='X12_00401_850'><complexType><group ref='g'/></complexType></element>"
    endless = f"<schema>{top}{loop}</schema>"
    for text in (bomb, endless):
        (tmp_path / "a.xsd").write_text(text)
        with pytest.raises(ConfigError, match=r"a\.xsd:1"):
            read_sources([tmp_path / "a.xsd"])


def test_no_release_leaves_its_folder(tmp_path: Path) -> None:
    folder = pyx12_folder(tmp_path / "maps")
    with pytest.raises(ConfigError, match="is no release"):
        write_imports(read_sources([folder / "one.xml"], release="../../x"), tmp_path / "o")


def test_files_of_a_release_are_replaced_only_when_that_is_said(tmp_path: Path) -> None:
    folder = pyx12_folder(tmp_path / "maps")
    imported(folder, tmp_path / "o")
    with pytest.raises(ConfigError, match="--replace"):
        imported(folder, tmp_path / "o")
    (done,) = write_imports(read_sources([folder]), tmp_path / "o", replace=True)
    assert (done.sets, done.segments, done.elements) == (("123",), 3, 6)
    head = (tmp_path / "o" / "005010X999" / "123.toml").read_text().splitlines()[0]
    assert head.startswith("# Imported from one.xml. You need the right")


def test_formats_are_known_by_what_stands_in_the_file(tmp_path: Path) -> None:
    pyx12_folder(tmp_path / "maps")
    files(tmp_path, s850_xml=STAEDI.format(guide=""), b_xml=BIZTALK, g_py=BOTS)
    made = {
        name: format_of(tmp_path / name) for name in ("maps", "maps/one.xml", "s850.xml", "b.xml", "g.py")
    }
    assert list(made.values()) == ["pyx12", "pyx12", "staedi", "biztalk", "bots"]


def test_what_we_export_comes_back(tmp_path: Path) -> None:
    write_pyx12_maps(tmp_path / "maps", "004010", ["850"])
    (draft,) = read_pyx12(tmp_path / "maps")
    ours, back = load("004010").sets["850"], assemble(draft).sets["850"]

    def shape(entries: tuple, *, inside: bool = False) -> list:
        """The head of a loop is mandatory there in pyx12, whatever our file says."""
        must = [entry.mandatory or (inside and at == 0) for at, entry in enumerate(entries)]
        rows = [shape(e.inner, inside=True) if e.inner else e.id for e in entries]
        return list(zip(must, [e.most for e in entries], rows, strict=True))

    assert shape(back.entries) == shape(ours.entries)


def test_what_pyx12_cannot_say_is_said() -> None:
    assert unsayable("004010", ["869", "870"]) == [
        "870: pyx12 finds maps by GS01 and would take that of 869; export it alone"
    ]


def test_nodes_know_their_lines() -> None:
    root = parse_tree(b"<a>\n <b x='1'/>\n</a>", Path("f.xml"))
    assert [(n.name, n.line) for n in root.below()] == [("a", 1), ("b", 2)]
