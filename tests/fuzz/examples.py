"""What the fuzzer begins with: examples of ours, the acknowledgments of them, and small dictionaries."""

from __future__ import annotations

import datetime as dt
import io
import random
from collections.abc import Iterator

from hub.model.envelope import Address, Delimiters, Envelope
from hub.model.partner import Partner, X12Settings
from tests.support import x12_foreign as foreign
from translators.x12.rules.compiled import checker_for
from translators.x12.rules.source import load
from translators.x12.tools.answer import answers
from translators.x12.tools.example import example
from translators.x12.tools.reading import Rules
from translators.x12.writer import write_interchange

PARTNERS = [
    Partner(key="p", name="P", x12=X12Settings(functional_ack=kind, technical_ack=technical))
    for kind, technical in (("997", "always"), ("999", "never"))
]

SMALL = {
    "release.toml": """
release = "009999"
open = true
""",
    "elements.toml": """
[elements]
143 = "Set | ID 3/3"
329 = "Control | AN 4/9"
96 = "Count | N0 1/10"
380 = "Quantity | R 1/15"
[composites]
C001 = "Unit | 329 M, 380"
[codes]
143 = "123 124"
""",
    "segments.toml": """
[ST]
name = "Begin"
elements = "143 M, 329 M"
[SE]
name = "End"
elements = "96 M, 329 M"
[N1]
name = "Party"
elements = "329 M [AAAA BBBB], 380 -, C001 x10, (380, 96) x2, ..."
notes = "P0304 R0305"
[N1-1000A]
name = "Party"
elements = "329 M, 380, C001"
""",
    "fragments.toml": """
[fragments]
parties = '''
LOOP N1 O >1
  N1[BBBB] M 1
'''
""",
    "123.toml": """
id = "123"
group = "ZZ"
name = "A set"
complete = true
structure = '''
ST M 1
N1-1000A[AAAA] O 1
N1[03-1=AAAA] O 1 ~
+ parties
SE M 1
'''
""",
}


def example_file(release: str, set_id: str, chance: random.Random) -> bytes:
    """Return a small interchange with one example of a set."""
    checker = checker_for(release, set_id)
    assert checker is not None
    body = example(checker, chance, chance.choice([0.0, 0.1, 0.2]))[1:-1]
    envelope = Envelope(
        format="x12",
        sender=Address("ZZ", "ACME"),
        receiver=Address("ZZ", "OURCO"),
        interchange_control="1",
        usage="T",
        version=release[:5],
        delimiters=Delimiters(repetition="^", suffix=chance.choice(["", "\n"])),
        prepared_at=dt.datetime(2025, 1, 1, 12, 0),  # noqa: DTZ001 - a local clock, as ISA09 has it
        functional_id=load(release).sets[set_id].group,
        group_control="1",
        release=release,
        set_id=set_id,
    )
    return write_interchange(envelope, [body], choose_separators=True)


def acknowledgments_of(data: bytes) -> Iterator[bytes]:
    """Yield what goes back for a file, by different profiles."""
    for partner in PARTNERS:
        for answer in answers(io.BytesIO(data), "f", Rules(), partner):
            yield answer.data


def own_sources() -> Iterator[tuple[str, bytes]]:
    """Yield a small dictionary with everything that the format has."""
    yield "small", _archive(SMALL)


def foreign_sources() -> Iterator[tuple[str, bytes]]:
    """Yield a grammar of each other engine that we import from."""
    one = foreign.MAP.format(n1_a=foreign.N1.format(code="41"), n1_b=foreign.N1.format(code="40"))
    yield "pyx12", _archive({
        "dataele.xml": foreign.DATAELE, "codes.xml": foreign.CODES, "maps.xml": foreign.MAPS, "one.xml": one,
    })  # fmt: skip
    yield "staedi", _archive({"850.xml": foreign.STAEDI.replace("{guide}", foreign.STAEDI_GUIDE)})
    yield "biztalk", _archive({"850.xsd": foreign.BIZTALK})
    yield "bots", _archive({"850004010.py": foreign.BOTS, "records004010.py": foreign.BOTS_RECORDS})


def _archive(files: dict[str, str]) -> bytes:
    """Return files as one input of the target `source`."""
    return "".join(f"=== {name}\n{content}\n" for name, content in files.items()).encode()
