"""Both engines over the same documents: generated from a dictionary, with one planted fault each.

`compare` yields a case a document; `x12_excuses` says which differences are known. The subjects are pyx12's own maps,
imported by us, and our own dictionaries, exported to it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyx12
from pyx12.errors import EngineError

from hub.model.finding import Finding
from tests.support.pyx12_oracle import Note, Verdict, verdicts
from tests.support.x12_mutations import COUNTS_ITSELF, MUTATIONS, Lines
from translators.x12.acks.codes import ELEMENT_CODES, SEGMENT_CODES, SET_CODES
from translators.x12.envelopes import unwrap
from translators.x12.exporters.pyx12 import write_pyx12_maps
from translators.x12.importers.draft import assemble
from translators.x12.importers.pyx12 import read_pyx12
from translators.x12.importers.writing import write_dictionary
from translators.x12.rules.check import check_set
from translators.x12.rules.compiled import Checker, checker_for
from translators.x12.rules.source import SHIPPED, Library, load
from translators.x12.tools.example import example

#: What pyx12 ships besides health care guides: a plain release and a sketch, whose loops have no order.
NOT_GUIDES = {"004010", "004010XXXC"}
ACKS = {"997", "999"}
#: Stands for all that pyx12 would have said of a document that makes it raise.
STOPPED = Note(0, "", 0, 0, "stopped")
#: Differences that chance finds only in thousands of documents: release, set, body.
RARE = (
    ("004010", "850", "BEG*00*SA*PO1 **20250110|PO1*1*5*EA*9."),
    ("004010", "214", "B10*1*2*ABCD|LX*1|EFI*00|BIN*1*ABC"),
    ("005010", "832", "BCT*PS|LIN**VP*W1|CTP**PUR|LS*L1|LE*L1|LS*L1|LE*L1"),
    ("005010", "832", "BCT*PS|LIN**VP*W1|CTP**PUR|LS*L1|LS*L1|LE*L1"),
    (
        "004010X095A1",
        "834",
        "BGN*00*R1*20250106*1415****4|N1*IN**FI*7001|N1*P5**ZZ*42|INS*Y*18*021**A***FT|REF*0F*1|NM1*IL*1*SMITH",
    ),
    (
        "004010X095A1",
        "834",
        (
            "BGN*00*R1*20250106*1415****4|N1*P5**ZZ*42|N1*IN**FI*7001|INS*Y*18*021**A***FT|REF*0F*1|NM1*IL*1*SMITH*JO"
            "|NM1*S3*1*SMITH*JO|N4*TOWN*MD*62701|HD*0300**LTC|DTP*348*D8*20250120|LX*1|NM1*QN*1*SMITH*****SV*7001*25"
            "|N4*TOWN*ID*62701**RJ"
        ),
    ),
    (
        "004010X061A1",
        "820",
        "BPR*I*144*D*ACH************20250108|TRN*3*R1*1234567890|N1*PE|N1*PR|ENT*1*2J*ZZ*7001|ENT*2*2L|RMR*CT*R1*PA*99.5",
    ),
    (
        "004010X092A1",
        "270",
        "BHT*0022*01**20250103*0930|HL*1**20*1|NM1*GP*2*S*****NI*42|HL*2*1*21*0|NM1*2B*2*S*****34*42|REF*EO*R1**1",
    ),
    (
        "004010X098A1",
        "837",
        "HL*1**20*1|NM1*85*1*SMITH*****24*1|N3*X|N4*Y*ON*62701|HL*2*1*22*0|SBR*T|NM1*IL*1*SMITH",
    ),
)
BATCH = 100  # documents in an interchange: pyx12 takes a second to read a large map


class Subject(NamedTuple):
    """A set to compare: where our dictionary is, and pyx12's maps (None: those that it ships)."""

    release: str
    set_id: str
    library: Library
    maps: Path | None

    @property
    def checker(self) -> Checker:
        found = checker_for(self.release, self.set_id, None, self.library)
        assert found is not None
        return found


def health_subjects(folder: Path) -> list[Subject]:
    """Return the sets of pyx12's own maps, imported into a folder."""
    library = Library((folder,))
    maps = Path(pyx12.__file__).with_name("map")
    found = []
    for draft in read_pyx12(maps):
        dictionary = assemble(draft)
        if draft.release in NOT_GUIDES:
            continue
        write_dictionary(dictionary, folder)
        # pyx12 answers no acknowledgments, and takes those of every guide by one map
        found += [
            Subject(draft.release, set_id, library, None) for set_id in dictionary.sets if set_id not in ACKS
        ]
    return found


def own_subjects(folder: Path, release: str, set_ids: Iterable[str] = ()) -> list[Subject]:
    """Return our own sets of a release (all when none is named), each exported into a folder of its own."""
    found = []
    for set_id in set_ids or load(release).sets:
        write_pyx12_maps(folder / release / set_id, release, [set_id])
        found.append(Subject(release, set_id, SHIPPED, folder / release / set_id))
    return found


class Document(NamedTuple):
    """A set with a fault; `lines` are its segments from ST through SE."""

    mutation: str
    seed: int
    lines: Lines


class Case(NamedTuple):
    """One document and both verdicts."""

    subject: Subject
    mutation: str
    seed: int
    lines: Lines
    ours: Verdict
    theirs: Verdict

    def segment(self, note: Note) -> list[str]:
        """Return the segment that a note is about."""
        return self.lines[note.position - 1] if 0 < note.position <= len(self.lines) else [""]

    def __str__(self) -> str:
        name = f"{self.subject.release} {self.subject.set_id} {self.mutation} (seed {self.seed})"
        lines = [f"{n:4} {'*'.join(line)}" for n, line in enumerate(self.lines, start=1)]
        ours = [f"  hub   {n} {self.ours.words.get(n, '')}" for n in sorted(self.ours.notes)]
        theirs = [f"  pyx12 {n} {self.theirs.words.get(n, '')}" for n in sorted(self.theirs.notes)]
        return "\n".join([name, *lines, *ours, *theirs])


def document(subject: Subject, seed: int) -> Document:
    """Return a document with a fault planted by chance."""
    chance = random.Random(f"{subject.release} {subject.set_id} {seed}")
    names = list(MUTATIONS)
    lines = example(
        subject.checker, chance, chance.choice([0.0, 0.15, 0.4]), repeat=chance.choice([0.0, 0.3])
    )
    _number_levels(lines)
    for _ in range(20):
        name = chance.choice(names)
        if MUTATIONS[name](chance, lines):
            break
    else:
        name = "nothing"
    lines[0][2] = f"{seed % 100_000:04d}"
    if name not in COUNTS_ITSELF:
        lines[-1][1] = str(len(lines))
    if name != "wrong SE02":
        lines[-1][2] = lines[0][2]
    return Document(name, seed, lines)


def rare(subject: Subject) -> list[Document]:
    """Return the rare documents of a set."""
    found = []
    for of, kind, body in RARE:
        if (of, kind) == subject[:2]:
            inside = [line.split("*") for line in body.split("|")]
            number = str(9001 + len(found))
            ends = ["ST", subject.set_id, number], ["SE", str(len(inside) + 2), number]
            found.append(Document("nothing", -1, [ends[0], *inside, ends[1]]))
    return found


def _number_levels(lines: Lines) -> None:
    """Number HL through the set, each below the one before, and LX within each claim, as health guides want it."""
    levels = service = 0
    for line in lines:
        if line[0] == "HL":
            levels += 1
            line[1] = str(levels)
            if line[2]:
                line[2] = str(levels - 1)
        elif line[0] == "CLM":
            service = 0
        elif line[0] == "LX":
            service += 1
            line[1] = str(service)


def compare(subject: Subject, seeds: range) -> Iterator[Case]:
    """Yield a case a seed, in batches of one interchange."""
    for start in range(seeds.start, seeds.stop, BATCH):
        batch = range(start, min(start + BATCH, seeds.stop))
        yield from judge(subject, [document(subject, seed) for seed in batch])


def judge(subject: Subject, documents: list[Document]) -> Iterator[Case]:
    """Yield both verdicts on each of some documents."""
    if not documents:
        return
    mine = ours(interchange(subject, documents), subject.library)
    for one, hub, other in zip(documents, mine, _theirs(subject, documents), strict=True):
        yield Case(subject, one.mutation, one.seed, one.lines, hub, other)


def _theirs(subject: Subject, documents: list[Document]) -> list[Verdict]:
    """Return pyx12's verdicts; of a document that makes it stop, that it did."""
    try:
        return verdicts(interchange(subject, documents), subject.maps)
    except (IndexError, EngineError) as error:
        if len(documents) == 1:
            return [Verdict(False, frozenset({STOPPED}), {STOPPED: repr(error)})]
    half = len(documents) // 2
    return _theirs(subject, documents[:half]) + _theirs(subject, documents[half:])


def interchange(subject: Subject, documents: list[Document]) -> bytes:
    """Return a file with one group; no separator of it occurs in generated data."""
    later = subject.release >= "004020"
    version = "00501" if later else "00401"
    group = subject.checker.definition.group
    isa = (
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
        f"*250110*1159*{'^' if later else 'U'}*{version}*000000101*0*P*>"
    )
    gs = f"GS*{group}*SENDER*RECEIVER*20250110*1159*101*X*{subject.release}"
    body = ["*".join(line) for one in documents for line in one.lines]
    return "".join(
        f"{line}~\n" for line in [isa, gs, *body, f"GE*{len(documents)}*101", "IEA*1*000000101"]
    ).encode()


def ours(data: bytes, library: Library) -> list[Verdict]:
    """Return our verdict on each set."""
    (found,) = unwrap(data, "").interchanges
    (group,) = found.groups
    return [
        _verdict((*one.findings, *check_set(one.payload, one.envelope, None, library))) for one in group.sets
    ]


def _verdict(findings: tuple[Finding, ...]) -> Verdict:
    words = {_note(f): f"{f.problem}: {f.message}" for f in findings if f.fatal}
    return Verdict(not words, frozenset(words), words)


def _note(finding: Finding) -> Note:
    where = finding.where
    if finding.problem in SET_CODES:
        return Note(0, "", 0, 0, SET_CODES[finding.problem])
    code = SEGMENT_CODES.get(finding.problem)
    place = where.segment_number or 0, where.segment
    if code:
        return Note(*place, 0, 0, code)
    return Note(*place, where.element or 0, where.component or 0, ELEMENT_CODES[finding.problem])
