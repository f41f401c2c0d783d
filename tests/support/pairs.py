"""Conversions of others: what we read of an input, against what we read of the output that they made of it.

A pair counts where both sides are documents that we know. Compared is each value that the converter's output
holds: it tells less than the input as a rule, and what it does not tell proves nothing.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path

import msgspec
from msgspec import Struct

from hub.model.documents import DOCUMENTS, AnyDocument
from hub.model.partner import Partner
from tests.support.plain_files import partner
from translators.csv.translator import CsvTranslator
from translators.port import Translator
from translators.x12.translator import X12Translator
from translators.xml.translator import XmlTranslator

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
MAPS = Path(__file__).parents[1] / "golden" / "maps"
FORMATS: tuple[Translator, ...] = (X12Translator(), XmlTranslator(MAPS), CsvTranslator(MAPS))
_OWN = {"purchase_order": "message_order.toml", "invoice": "message_invoice.toml"}


class Compared(Struct, frozen=True):
    """One conversion of which both sides are documents that we know."""

    input: str  # its path below the corpus
    output: str
    document: str
    equal: int  # values of the output that we read of the input as well
    differing: tuple[str, ...]  # the others: path, what the output says, what we read


class Score(Struct, frozen=True):
    """All pairs: those compared, and why the others were not."""

    compared: tuple[Compared, ...]
    left_out: dict[str, int]


def score() -> Score:
    """Compare every conversion of PAIRS.tsv."""
    compared: list[Compared] = []
    left_out: Counter[str] = Counter()
    with (CORPUS / "PAIRS.tsv").open(encoding="utf-8", newline="") as file:
        rows = [
            r
            for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if r["kind"] == "conversion"
        ]
    for row in rows:
        ours, theirs = documents_of(row["input"]), documents_of(row["expected_output"])
        pair = next(
            ((a, b) for b in theirs for a in ours if (type(a), a.number) == (type(b), b.number)), None
        )
        if pair is None:
            families = " -> ".join(
                f"{row[side].split('/')[0]} {Path(row[side]).suffix}" for side in ("input", "expected_output")
            )
            left_out[families] += 1
        else:
            compared.append(_compared(row["input"], row["expected_output"], *pair))
    return Score(tuple(compared), dict(left_out))


def documents_of(path: str) -> list[AnyDocument]:
    """Return the documents that we read of a file of the corpus, by any format that knows it."""
    data = (CORPUS / path).read_bytes()
    translator = next((f for f in FORMATS[:2] if f.recognises(data[:4096])), None)
    if translator is None:
        return []
    found = list(_read(translator, data, partner(translator.name, receive={d.value: {} for d in DOCUMENTS})))
    own = partner("xml", receive={d: {"map_file": name} for d, name in _OWN.items()})
    return found or (list(_read(translator, data, own)) if translator.name == "xml" else [])


def _read(translator: Translator, data: bytes, sender: Partner) -> Iterator[AnyDocument]:
    for interchange in translator.unwrap(data, "file", sender).interchanges:
        for group in interchange.groups:
            for one in group.sets:
                if one.document in DOCUMENTS:
                    document, _ = translator.read(one.payload, one.envelope, one.document, sender)
                    if document is not None:
                        yield document


def _compared(source: str, output: str, ours: AnyDocument, theirs: AnyDocument) -> Compared:
    read, said = (dict(leaves(msgspec.to_builtins(document))) for document in (ours, theirs))
    differing = tuple(
        f"{path}: {value!r} / {read.get(path)!r}" for path, value in said.items() if read.get(path) != value
    )
    return Compared(source, output, ours.doc_type.value, len(said) - len(differing), differing)


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each value with its path; numbers without what does not count in them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for at, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{at}]")
    else:
        yield path, _plain(str(value))


def _plain(text: str) -> str:
    try:
        return format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return " ".join(text.split())
