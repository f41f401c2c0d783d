"""Every X12 file of the corpus, read as a stranger's: accepted, or rejected for reasons that were looked at one by one.

corpus/x12_reviewed.toml holds all fatal findings and why each of them is right. A new one fails here, and so does one
that no longer occurs. Skipped without the corpus.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hub.model.acks import GroupVerdict, SetVerdict
from hub.model.envelope import Envelope, UnwrappedGroup
from hub.model.finding import Finding
from hub.model.partner import Partner, X12Settings
from hub.stages.addresses import answering_envelope
from tests.support.x12_corpus import CORPUS, fatal, found, sources
from translators.x12.acks.acknowledger import X12Acknowledger
from translators.x12.characters import AS_IT_COMES, Reading
from translators.x12.envelopes import unwrap
from translators.x12.rules.check import check_set

LIST = Path(__file__).parent / "corpus" / "x12_reviewed.toml"
REVIEWED: dict[str, Any] = tomllib.loads(LIST.read_text("utf-8"))
PARTNER = Partner(key="acme", name="ACME", x12=X12Settings())

#: Faults as the manifest names them, and as we do.
CLAIMS = {
    "ISA not fixed-width": "isa.width",
    "SE01=": "se.count",
    "SE02!=ST02": "se.control_mismatch",
    "GE01=": "ge.count",
    "GE02!=GS06": "ge.control_mismatch",
    "IEA02!=ISA13": "iea.control_mismatch",
    "missing GE": "ge.missing",
    "missing IEA": "iea.missing",
}

pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not on this machine")


@pytest.fixture(scope="module")
def says() -> dict[str, str]:
    """Return what the sources say of the files."""
    return sources()


@pytest.fixture(scope="module")
def all_found(says: dict[str, str]) -> dict[str, list[tuple[str, Finding]]]:
    """Return the findings of each file."""
    return {path: found(path) for path in says}


@pytest.fixture(scope="module")
def rejected(all_found: dict[str, list[tuple[str, Finding]]]) -> dict[str, Counter[str]]:
    """Return the fatal findings of each file, none for one that is accepted."""
    return {path: fatal(findings) for path, findings in all_found.items()}


def is_broken(source: str) -> bool:
    return source.startswith("broken")


def files(entry: dict[str, Any], paths: list[str]) -> list[str]:
    """Return the files of an entry, of which a name may hold `*`."""
    return [path for name in entry["files"] for path in paths if fnmatchcase(path, f"x12/{name}")]


def counted(texts: list[str]) -> Counter[str]:
    """Read findings as the list writes them: "x3" at the end says how often."""
    counts: Counter[str] = Counter()
    for text in texts:
        name, _, times = text.partition(" x")
        counts[name] += int(times or 1)
    return counts


def listed(says: dict[str, str]) -> dict[str, Counter[str]]:
    """Return the findings that the list has of each file."""
    known: dict[str, Counter[str]] = {path: Counter() for path in says}
    for kind in ("valid", "broken"):
        paths = [path for path, source in says.items() if is_broken(source) == (kind == "broken")]
        for entry in REVIEWED[kind]:
            for path in files(entry, paths):
                known[path] += counted(entry["found"])
    return known


def differences(path: str, now: Counter[str], known: Counter[str]) -> Iterator[str]:
    for name, times in (now - known).items():
        yield (
            f"{path}: {name} (x{times}) is not in {LIST.name}. Look at the file and at X12: mend the engine or the"
            " dictionary, or add the finding with its reason."
        )
    for name, times in (known - now).items():
        yield f"{path}: {name} (x{times}) is in {LIST.name} and is not found any more. Look why, and take it out."


def test_every_rejection_is_reviewed(rejected: dict[str, Counter[str]], says: dict[str, str]) -> None:
    known = listed(says)
    wrong = [line for path, now in rejected.items() for line in differences(path, now, known[path])]
    assert not wrong, "\n".join(wrong)


def test_every_entry_gives_its_reason_and_names_files(says: dict[str, str]) -> None:
    entries = [entry for kind in ("valid", "broken", "unseen", "reading") for entry in REVIEWED[kind]]
    assert all(entry["why"].strip() and entry["files"] for entry in entries)
    for entry in entries:
        for name in entry["files"]:
            assert files({"files": [name]}, list(says)), f"{name} is in {LIST.name} and not in the corpus"


def test_what_a_source_calls_broken_is_rejected_or_was_looked_at(
    rejected: dict[str, Counter[str]], says: dict[str, str]
) -> None:
    broken = {path: source for path, source in says.items() if is_broken(source)}
    noted = {f"x12/{path}": f"broken: {why}" for path, why in REVIEWED["broken_by_source"].items()}
    assert noted == broken
    unseen = [path for entry in REVIEWED["unseen"] for path in files(entry, list(broken))]
    assert sorted(unseen) == sorted(path for path in broken if not rejected[path])


def test_what_a_plain_count_of_the_envelopes_finds_is_found(
    all_found: dict[str, list[tuple[str, Finding]]], says: dict[str, str]
) -> None:
    seen = 0
    for path, source in says.items():
        problems = {finding.problem for _, finding in all_found[path]}
        if "envelope.delimiters" in problems:
            continue  # nothing inside can be told apart
        wanted = {problem for claim, problem in CLAIMS.items() if claim in source}
        assert wanted <= problems, path
        seen += len(wanted)
    assert seen > 90


@pytest.mark.parametrize("entry", REVIEWED["reading"], ids=lambda entry: str(entry["files"][0])[-30:])
def test_the_options_of_a_profile_read_the_file(entry: dict[str, Any], says: dict[str, str]) -> None:
    reading = Reading(wrapped=entry.get("wrapped", False), encoding=entry.get("encoding", ""))
    for path in files(entry, list(says)):
        assert fatal(found(path, reading)) == counted(entry["found"]) != fatal(found(path)), path
        assert sum(len(group.sets) for group in groups(path, reading)) > 0


def groups(path: str, reading: Reading = AS_IT_COMES) -> list[UnwrappedGroup]:
    unwrapped = unwrap((CORPUS / path).read_bytes(), path, reading)
    return [group for interchange in unwrapped.interchanges for group in interchange.groups]


def judge(group: UnwrappedGroup) -> GroupVerdict:
    sets = tuple(
        SetVerdict(envelope=one.envelope, findings=(*one.findings, *check_set(one.payload, one.envelope)))
        for one in group.sets
    )
    return GroupVerdict(
        envelope=group.envelope, declared_count=group.declared_count, findings=group.findings, sets=sets
    )


def answer(envelope: Envelope) -> Envelope:
    return replace(
        answering_envelope(envelope),
        interchange_control="000000001",
        group_control="1",
        set_control="0001",
        prepared_at=dt.datetime.fromisoformat("2025-01-10T12:00"),
    )


def test_every_group_is_answered_by_a_997_that_reads_back(says: dict[str, str]) -> None:
    acknowledger = X12Acknowledger()
    answered = nameless = 0
    for path in says:
        for group in groups(path):
            verdict = judge(group)
            data = acknowledger.write_functional_ack(verdict, answer(group.envelope), PARTNER)
            (interchange,) = unwrap(data, "ack").interchanges
            (one,) = interchange.groups[0].sets
            faults = [f for f in (*one.findings, *check_set(one.payload, one.envelope)) if f.fatal]
            assert not interchange.findings, path
            # repeats an ST02 as it came, though too short
            assert {f.where.name for f in faults} <= {"AK202"}, path
            ((ack,), _) = acknowledger.read_functional_ack(one.payload, one.envelope)
            letters = [letter.value for letter in acknowledger.verdicts(verdict)]
            controls = [one.envelope.set_control for one in verdict.sets]
            named = [x for x, st02 in zip(letters, controls, strict=True) if not set(st02) & set("~\n")]
            assert [each.verdict for each in ack.sets] == named, path
            nameless += len(letters) - len(named)
            assert ack.accepted == str(sum(letter in "AE" for letter in letters)), path
            answered += 1
    assert answered > 300
    assert nameless < 10  # ST02 that hold a separator or a line end
