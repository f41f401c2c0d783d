"""Golden cases of the X12 engine: `in.edi` gives `ack.edi` (TA1 and 997 of each interchange) and `findings.json`.

A new folder under x12/ is a new case. A folder called `reject-*` must give a fatal finding; every 997 that is written
must itself be valid. `pytest --update-golden` rewrites the expected files. Clock and control numbers are fixed here.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Envelope, UnwrappedGroup, UnwrappedInterchange
from hub.model.finding import Finding
from hub.model.partner import Partner, X12Settings
from hub.stages.addresses import answering_envelope
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.translator import X12Translator

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("x12/*/*/in.edi"))
X12, ACKNOWLEDGER = X12Translator(), X12Acknowledger()
PARTNER = Partner(key="acme", name="ACME", x12=X12Settings())


def answer(envelope: Envelope) -> Envelope:
    return replace(
        answering_envelope(envelope),
        interchange_control="000000001",
        group_control="1",
        set_control="0001",
        prepared_at=dt.datetime.fromisoformat("2025-01-10T12:00"),
    )


def judge(group: UnwrappedGroup) -> GroupVerdict:
    sets = tuple(
        SetVerdict(
            envelope=one.envelope,
            findings=(*one.findings, *X12.check(one.payload, one.envelope, one.document, None)),
        )
        for one in group.sets
    )
    return GroupVerdict(
        envelope=group.envelope, declared_count=group.declared_count, findings=group.findings, sets=sets
    )


def process(interchange: UnwrappedInterchange) -> tuple[list[bytes], list[Finding]]:
    found = list(interchange.findings)
    answers = [ACKNOWLEDGER.write_technical_ack(interchange, (), answer(interchange.envelope))]
    for group in interchange.groups:
        verdict = judge(group)
        found += [*verdict.findings, *(f for s in verdict.sets for f in s.findings)]
        if group.envelope.functional_id != "FA" and not interchange.refused:
            answers.append(ACKNOWLEDGER.write_functional_ack(verdict, answer(group.envelope), PARTNER))
    return answers, found


@pytest.mark.parametrize("file", CASES, ids=lambda file: str(file.parent.relative_to(HERE)))
def test_golden(file: Path, update_golden: bool) -> None:
    unwrapped = X12.unwrap(file.read_bytes(), file.name, None)
    answers: list[bytes] = []
    found = list(unwrapped.findings)
    for interchange in unwrapped.interchanges:
        written, findings = process(interchange)
        answers += written
        found += findings
    made = {
        "ack.edi": b"".join(answers),
        "findings.json": msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n",
    }
    if update_golden:
        for name, content in made.items():
            (file.parent / name).write_bytes(content)
    for name, content in made.items():
        assert (file.parent / name).read_bytes() == content
    assert any(f.fatal for f in found) == file.parent.name.startswith("reject-")
    for data in answers:
        for again in X12.unwrap(data, "ack", None).interchanges:
            assert again.findings == ()
            assert all(not f.fatal for g in again.groups for s in judge(g).sets for f in s.findings)


def test_there_are_cases_of_every_set_we_answer() -> None:
    assert {"850", "855", "856", "810", "860", "997", "envelope"} <= {c.parent.parent.name for c in CASES}
