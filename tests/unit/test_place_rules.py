"""Map lines of a profile in X12: a place that the set does not have is named with the nearest right one."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.documents import DocType
from hub.model.finding import Severity
from hub.model.partner import Receive
from hub.profiles import load_partners
from hub.profiles.place_rules import place_faults
from translators.x12.mapping.spec import SETS, load_map

HEAD = 'name = "ACME"\nidentity.isa = "ZZ:ACME"\n[receive.purchase_order]\n'


@pytest.mark.parametrize(
    ("line", "severity", "words"),
    [
        ('map.number = "BEG/30"', "error", 'BEG has 12 elements in 850 004010: did you mean "BEG/12"?'),
        ('map."lines[].quantity" = "PO1/52"', "error", 'did you mean "PO1/25"?'),
        ('map."refs.department" = "RFF[DP]/02"', "error", 'no RFF stands in 850 004010: did you mean "REF['),
        ('map."refs.department" = "REF[DPT1]/02"', "error", '"DPT1" cannot stand in'),
        ('map."refs.department" = "REF[DP]/02-2"', "error", "has no components"),
        ('map."refs.department" = "IT1/09"', "warning", "no IT1 stands in 850 004010"),
        ('map."refs.department" = "PO4/01"', "warning", "no PO4 stands at the head of 850"),
        ('map."refs.department" = "REF02"', "error", "no place"),
    ],
)
def test_a_place_that_the_set_does_not_have_is_named(
    tmp_path: Path, line: str, severity: str, words: str
) -> None:
    (tmp_path / "acme.toml").write_text(HEAD + line + "\n")
    (finding,) = load_partners(tmp_path)[1]
    assert words in finding.message
    assert (finding.severity, finding.where.row) == (Severity(severity), 4)
    assert finding.hint


def test_the_hint_says_where_our_own_map_has_the_field(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(HEAD + 'map."lines[].quantity" = "PO1/52"\n')
    assert load_partners(tmp_path)[1][0].hint == 'without the line it stands at "PO1/02"'


def test_a_place_as_guidelines_write_it_is_told_how_maps_do(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text(HEAD + 'map."refs.department" = "REF[DP]02"\n')
    assert load_partners(tmp_path)[1][0].hint == 'did you mean "REF[DP]/02"?'


@pytest.mark.parametrize("set_id", sorted(SETS))
def test_every_place_of_our_own_maps_is_right(set_id: str) -> None:
    document, faults = DocType(SETS[set_id]), []
    for section in load_map(set_id).sections.values():
        for rule in section.rules if section.path is not None else ():
            for place in rule.places:
                agreed = Receive(map={section.path + rule.path: str(place)})
                faults += place_faults(document, agreed, ("receive", document.value), "004010")
    assert [fault for fault in faults if fault.severity is Severity.ERROR] == []
