"""No finding about a payment shows a bank account."""

from __future__ import annotations

from pathlib import Path

import pytest

from translators.x12.tools.repeat import notes_on_repeat
from translators.x12.translator import X12Translator

SAMPLE = Path(__file__).parents[2] / "golden" / "x12_map" / "820" / "deductions" / "in.edi"
ACCOUNT = "12345678901234567890123456789012345678901234567890"


@pytest.mark.parametrize("account", [ACCOUNT, "1234567\x018901", "1234567>8901"])
def test_what_is_wrong_with_an_account_is_told_without_it(account: str) -> None:
    data = SAMPLE.read_text("utf-8").replace("*DA*123456789*", f"*DA*{account}*")
    translator = X12Translator()
    (interchange,) = translator.unwrap(data.encode(), "in.edi", None).interchanges
    (one,) = interchange.groups[0].sets
    findings = translator.check(one.payload, one.envelope, one.document, None)
    assert [f.where.element for f in findings] == [9]
    for finding in findings:
        assert "1234567" not in finding.line() + finding.value + finding.hint


def test_a_repeat_with_another_account_does_not_show_either() -> None:
    before = SAMPLE.read_bytes()
    after = before.replace(b"*DA*123456789*", b"*DA*555566667777*")
    notes = notes_on_repeat(before, after)
    assert any("BPR09" in note.message for note in notes)
    told = " ".join(note.message + note.value for note in notes)
    assert "123456789*" not in told
    assert "55556666" not in told
