"""Each release by what it allows and its neighbours do not: a line of a sample, another in its place, what is found.

The samples are those of tests/golden/x12_sets; before 004010 their dates lose the century.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.x12_samples import acknowledged, findings, segments
from translators.x12.rules.source import SHIPPED, load, nearest_release

SAMPLES = Path(__file__).parents[2] / "golden" / "x12_sets"
RELEASES = ["003010", "003040", "004010", "004020", "004030", "005010", "005030", "006020", "007010"]
SETS = ["204", "210", "211", "214", "820", "990"]
FINE: list[str] = ["AK5*A"]
NOTED: list[str] = []  # a gap of our dictionary: a warning, nothing that a 997 would say
R5 = "AK5*R*5"
LONG = {length: "X" * length for length in (18, 21, 31, 36, 51, 80, 81)}

#: set, line, what stands in its place, {release: AK3, AK4, AK5}
DIFFERENCES = [
    # --- the century
    ("990", "B1*SCAC*LOAD1*20250118*A", "B1*SCAC*LOAD1*250118*A", {
        "003010": FINE, "003040": FINE, "004010": ["AK3*B1*2**8", "AK4*3*373*4*250118", R5]}),
    ("990", "B1*SCAC*LOAD1*20250118*A", "B1*SCAC*LOAD1*20250118*A*", {
        "003040": ["AK3*B1*2**8", "AK4*3*373*5*20250118", "AK4*5**3", R5]}),
    ("820", "DTM*097*20250118", "DTM*097*250118***20", {"003040": FINE}),
    ("820", "DTM*097*20250118", "DTM*097*20250118***20", {"004010": ["AK3*DTM*7**8", "AK4*6*1251*2", R5]}),
    # --- 003010 and 003040
    ("214", "N1*SF*PLANT*92*P1", f"N1*SF*PLANT*92*{LONG[18]}", {
        "003010": ["AK3*N1*6*N1*8", f"AK4*4*67*5*{LONG[18]}", R5], "003040": FINE}),
    ("214", "N1*SF*PLANT*92*P1", f"N1*SF*PLANT*92*{LONG[21]}", {
        "003040": ["AK3*N1*6*N1*8", f"AK4*4*67*5*{LONG[21]}", R5], "004010": FINE}),
    ("820", "RMR*CM*CR1**-5", "RMR*CM*CR1**-1234567890123456", {
        "003040": ["AK3*RMR*38*RMR*8", "AK4*4*782*5*-1234567890123456", R5], "004010": FINE}),
    ("820", "NM1*BW*1*SMITH*JANE", "N1*BW*JANE SMITH", {
        "003040": FINE, "004010": ["AK3*N1*16*ENT*7", "AK3*REF*17*ENT*7", R5]}),
    ("820", "SAC*A*C310***500", "ITA*A*VI*ABC*02***500", {"003040": FINE}),
    ("214", "MS3*SCAC*B**M", "MS3*SCAC*B*DECORAH*M*IA", {
        "003040": ["AK3*MS3*12**8", "AK4*5**3*IA", R5], "004010": FINE}),
    ("214", "MS1*DECORAH*IA*US", "MS1****0914726*0431836*W*N", {
        "003040": ["AK3*MS1*15*AT7*8", "AK4*6**3*W", R5], "004010": FINE}),
    ("820", "REF*VN*V77", "REF*VN*V77**BM>1", {"003040": NOTED, "004010": FINE}),
    # --- 004010 to 004030
    ("204", "L11*4711*PO", f"L11*{LONG[31]}*PO", {
        "004010": ["AK3*L11*4**8", f"AK4*1*127*5*{LONG[31]}", R5],
        "004020": ["AK3*L11*4**8", f"AK4*1*127*5*{LONG[31]}", R5],
        "004030": FINE}),
    ("204", "L11*4711*PO", "L11*4711*PO**20250118", {
        "004020": ["AK3*L11*4**8", "AK4*4**3*20250118", R5], "004030": NOTED}),
    ("204", "N7*ABCD*12345*40000*G*******TL", "N7*ABCD*12345678901*40000*G*******TL", {
        "004020": ["AK3*N7*16*N7*8", "AK4*2*207*5*12345678901", R5], "004030": FINE}),
    ("204", "AT5*HM**KEEP UPRIGHT", "AT5*HM**KEEP UPRIGHT~RTT*FR*1~C3*USD", {
        "004020": NOTED, "004030": FINE}),
    ("204", "G62*68*20250120", "G62*68*20250120~G62*70*20250120~G62*69*20250120", {
        "004020": ["AK3*G62*42*OID*5", R5], "004030": ["AK3*G62*42*OID*5", R5]}),
    ("210", "N9*BM*BOL1", "L11*BOL1*BM", {"004020": NOTED, "004030": FINE}),
    ("210", "SPO*4712", "OID**4712", {"004020": NOTED, "004030": FINE}),
    ("214", "CD3*G*20", "N1*ST*STORE 42*92*0042~N4*SUMMIT*IL~CD3*G*20", {
        "004020": ["AK3*N1*23*LX*7", "AK3*N4*24*LX*2", R5], "004030": FINE}),
    ("214", "LX*1", "LX*1~L11*0042*ST~AT8*G*L*200*10", {
        "004020": ["AK3*AT7*16*LX*7", "AK3*MS1*17*LX*2", "AK3*MS2*18*LX*2", "AK3*L11*19*LX*7", "AK3*MAN*20*LX*7",
                   "AK3*Q7*21*LX*7", "AK3*K1*22*LX*7", "AK3*AT5*23*LX*7", R5],
        "004030": FINE}),
    ("990", "N9*CN*PRO1", "L11*PRO1*CN", {"004020": NOTED, "004030": FINE}),
    ("820", "ENT*1", "ENT*1~FA1*10~FA2*01*4711", {"004020": NOTED, "004030": FINE}),
    ("820", "NM1*BW*1*SMITH*JANE", f"NM1*BW*1*{LONG[36]}*JANE", {
        "004020": ["AK3*NM1*16*NM1*8", f"AK4*3*1035*5*{LONG[36]}", R5], "004030": FINE}),
    ("820", "IT1*1*2*EA*47.50**UP*012345678905", "IT1*1*12345678901*EA*47.50**UP*012345678905~QTY*01*2", {
        "004020": ["AK3*IT1*23*IT1*8", "AK4*2*358*5*12345678901", "AK3*QTY*24*IT1*2", R5], "004030": FINE}),
    # --- 005010
    ("990", "ST*990*0001", "ST*990*0001*005010X1", {
        "004030": ["AK3*ST*1**8", "AK4*3**3*005010X1", R5], "005010": FINE}),
    ("820", "N4*SPRINGFIELD*IL*62701*US", "N4*MONTERREY**64000*MX***NLE", {
        "004020": ["AK3*N4*10*N1*8", "AK4*7**3*NLE", R5], "004030": NOTED, "005010": FINE}),
    ("820", "N4*SPRINGFIELD*IL*62701*US", "N4*SPRINGFIELD*IL*62701*US***X", {
        "005010": ["AK3*N4*10*N1*8", "AK4*7*1715*10*X", R5]}),
    ("820", "TXI*ST*0.50", "TXI*ST*0.50~REF*ZZ*TAX~DTM*097*20250118", {
        "004030": ["AK3*REF*41*TXP*7", "AK3*DTM*42*TXP*7", R5], "005010": FINE}),
    ("210", "L1*1*762.75*FR*152550", "L1*1*762.75*FR*1234567890123", {
        "004030": ["AK3*L1*30*LX*8", "AK4*4*58*5*1234567890123", R5], "005010": FINE}),
    # --- 005030 and later
    ("204", "L11*4711*PO", f"L11*{LONG[51]}*PO", {
        "004030": ["AK3*L11*4**8", f"AK4*1*127*5*{LONG[51]}", R5],
        "005010": ["AK3*L11*4**8", f"AK4*1*127*5*{LONG[51]}", R5],
        "005030": FINE, "006020": FINE, "007010": FINE}),
    ("204", "L11*4711*PO", f"L11*{LONG[81]}*PO", {
        "005030": ["AK3*L11*4**8", f"AK4*1*127*5*{LONG[81]}", R5],
        "007010": ["AK3*L11*4**8", f"AK4*1*127*5*{LONG[81]}", R5]}),
    ("990", "V9*ACC", "V9*ACC****SPRINGFIELD*IL*US", {"005030": FINE, "006020": FINE}),
    ("990", "K1*DOCK 4", "K1*DOCK 4*EAST*SIDE", {
        "005030": ["AK3*K1*12*S5*8", "AK4*3**3*SIDE", R5], "006020": NOTED, "007010": NOTED}),
]  # fmt: skip


def sample(set_id: str, release: str) -> list[str]:
    lines = (SAMPLES / set_id / "valid.edi").read_text("utf-8").splitlines()
    return [of_its_time(line.removesuffix("~"), release) for line in lines]


def of_its_time(line: str, release: str) -> str:
    """Take the century from dates where the release has none."""
    return re.sub(r"(?<=\*)20(\d{6})(?=\*|$)", r"\1", line) if release < "004010" else line


CASES = [(s, a, b, r, answer) for s, a, b, answers in DIFFERENCES for r, answer in answers.items()]


@pytest.mark.parametrize(("set_id", "line", "instead", "release", "answer"), CASES, ids=lambda v: str(v)[:40])
def test_a_release_differs_from_its_neighbours(
    set_id: str, line: str, instead: str, release: str, answer: list[str]
) -> None:
    lines = sample(set_id, release)
    at = lines.index(of_its_time(line, release))
    lines[at : at + 1] = instead.split("~")
    if answer in (FINE, NOTED):
        found = findings(lines, set_id, release=release)
        assert [f.problem for f in found if f.fatal] == []
        assert bool(found) == (answer is NOTED)
    else:
        assert acknowledged(lines, set_id, release=release) == answer


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("set_id", SETS)
def test_the_samples_are_valid_in_every_release(set_id: str, release: str) -> None:
    if (set_id, release) != ("820", "003010"):  # a structure of its own, below
        assert findings(sample(set_id, release), set_id, release=release) == ()


def test_the_releases_before_003040_have_remittances_of_their_own() -> None:
    body = [
        "BPS*PBC*18806.08*I", "REF*R2*1", "DTM*195*960310", "N1*SU*JANE", "LS*A",
        "N1*HH*1", "RMT*IV*0900*8136.13*8136.13", "REF*CU**ANY COMMENT", "DTM*011*960215",
        "N1*LI*1", "RMT*IX*8090*63.947*511.58", "REF*QI*1", "LE*A",
    ]  # fmt: skip
    lines = ["ST*820*0001", *body, "SE*15*0001"]
    assert findings(lines, "820", release="003010") == ()
    assert acknowledged(lines, "820", release="003040")[0] == "AK3*BPS*2**1"


def test_orders_grow_with_the_releases() -> None:
    notes = segments("850")
    notes.insert(notes.index("MSG*HANDLE WITH CARE") + 1, "MTX**MORE")
    assert acknowledged(notes, "850", release="004010") == ["AK3*MTX*12*N9*2", R5]
    assert findings(notes, "850", release="004020") == ()
    texts = segments("850")
    texts.insert(texts.index("SDQ*CA*92*0042*3*0043*3") + 1, "MTX**LINE")
    assert acknowledged(texts, "850", release="004020") == ["AK3*MTX*23*PO1*2", R5]
    assert findings(texts, "850", release="004030") == ()
    times = [of_its_time(line, "003040") for line in segments("850")]
    times[-3:-3] = ["LDT*AA*5*DA", "SCH*6*CA***002*250120", "TC2*J*1", "TD5**2*UPSN", "MAN*GM*1", "AMT*TT*18"]
    assert findings(["ST*850*0001", times[1], "NTE*GEN*CALL", *times[2:]], "850", release="003040") == ()


def test_an_implementation_acknowledgment_comes_with_005010() -> None:
    assert [r for r in SHIPPED.releases() if len(r) == 6 and "999" in load(r).sets] == RELEASES[5:]
    assert all("997" in load(r).sets for r in RELEASES)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("002001", "003010"), ("003030", "003010"), ("003070", "003040"), ("004010VICS", "004010"),
        ("004060", "004030"), ("005020", "005010"), ("006010", "005030"), ("006030", "006020"), ("008010", "007010"),
    ],
)  # fmt: skip
def test_a_release_stands_for_those_after_it(asked: str, answered: str) -> None:
    assert nearest_release(asked) == answered
