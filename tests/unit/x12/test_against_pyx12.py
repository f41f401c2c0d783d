"""The same 997s by pyx12 and its map, and by our engine and our dictionary: the same verdict on each.

pyx12 is an oracle for structure, lengths and codes. Left out are its known differences: it takes only the
functional ids of health care (hence HC and 837 here).
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pyx12.params import params
from pyx12.x12n_document import x12n_document

from tests.support.x12_samples import envelope
from translators.x12.rules.check import check_set

GOOD = ["AK1*HC*55", "AK2*837*0001", "AK3*NM1*8*2010*8", "AK4*4*212*1*X", "AK5*R*5", "AK9*R*1*1*0"]

MUTATIONS = [
    ("", ""),
    ("AK1*HC*55", ""),
    ("AK1*HC*55", "AK1*HC"),
    ("AK1*HC*55", "AK1*HC*5X"),
    ("AK1*HC*55", "AK1*HC*1234567890"),
    ("AK1*HC*55", "AK1*HC*55~AK1*HC*55"),
    ("AK2*837*0001", "AK2*837"),
    ("AK2*837*0001", "AK2*837*001"),
    ("AK2*837*0001", "AK2*837*0001*X*Y"),
    ("AK2*837*0001", ""),
    ("AK3*NM1*8*2010*8", ""),
    ("AK3*NM1*8*2010*8", "AK3*NM1*8*2010000*8"),
    ("AK3*NM1*8*2010*8", "AK3*NM1**2010*8"),
    ("AK3*NM1*8*2010*8", "AK3*NM1*8"),
    ("AK4*4*212*1*X", ""),
    ("AK4*4*212*1*X", "AK4*4*212*1"),
    ("AK4*4*212*1*X", "AK4*4*212"),
    ("AK4*4*212*1*X", "AK4*4>1*212*1"),
    ("AK4*4*212*1*X", "AK4**212*1"),
    ("AK5*R*5", ""),
    ("AK5*R*5", "AK5*Q"),
    ("AK5*R*5", "AK5*A"),
    ("AK9*R*1*1*0", ""),
    ("AK9*R*1*1*0", "AK9*Z*1*1*0"),
    ("AK9*R*1*1*0", "AK9*R*1*1"),
    ("AK9*R*1*1*0", "AK9*R*1*1*0~AK9*R*1*1*0"),
    ("AK9*R*1*1*0", "AK9*R*1*1*0~QQQ*1"),
    ("AK5*R*5", "N1*ST*X~AK5*R*5"),
]


def mutant(old: str, new: str) -> list[str]:
    lines: list[str] = []
    for line in GOOD:
        lines += ([*new.split("~")] if new else []) if line == old else [line]
    return ["ST*997*0001", *lines, f"SE*{len(lines) + 2}*0001"]


def accepted_by_pyx12(lines: list[str], folder: Path) -> bool:
    isa = "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURCO          *250110*1159*U*00401*000000101*0*P*>"
    whole = [isa, "GS*FA*ACME*OURCO*20250110*1159*101*X*004010", *lines, "GE*1*101", "IEA*1*000000101"]
    file = folder / "in.x12"
    file.write_text("".join(f"{line}~\n" for line in whole))
    return bool(x12n_document(params(), str(file), io.StringIO(), None, None, None))


@pytest.mark.parametrize(("old", "new"), MUTATIONS)
def test_both_engines_agree(old: str, new: str, tmp_path: Path) -> None:
    lines = mutant(old, new)
    ours = check_set("".join(f"{line}~" for line in lines).encode(), envelope("997"))
    assert accepted_by_pyx12(mutant("", ""), tmp_path)
    assert (not any(f.fatal for f in ours)) == accepted_by_pyx12(lines, tmp_path), [f.line() for f in ours]
