"""What a column map says, and what it did with one document of a sample."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from hub.model.documents import DOCUMENTS, AnyDocument, DocType
from hub.model.envelope import Envelope
from hub.model.partner import Partner
from translators.csv.binding import Bound, bind
from translators.csv.column_map import Column, ColumnMap, column_map
from translators.csv.records import Row
from translators.csv.splitting import as_cut, expand, in_file
from translators.csv.table import open_table
from translators.csv.translator import CsvTranslator
from translators.maps import agreement
from translators.tracing import MapLine, Taken, Trace, Unused, empty_fields


class CsvTracer:
    """Tells of column maps. `folder` holds the partners' own map files."""

    def __init__(self, folder: Path = Path("partners")) -> None:
        self._translator, self._folder = CsvTranslator(folder), folder

    def lines(self, document: DocType, partner: Partner | None, *, sending: bool) -> tuple[MapLine, ...]:
        """Return the lines of a document's map."""
        if document not in DOCUMENTS:
            return ()
        agreed = agreement(partner, document, sending=sending) if partner is not None else None
        mapped = column_map(document, agreed, self._folder)
        origin = agreed.map_file if agreed is not None and agreed.map_file else f"csv/maps/{document}.toml"
        profile = f"{partner.key}.toml" if partner is not None else ""
        return tuple(
            _line(column, record.tag, profile if column.overridden else origin)
            for record in mapped.records
            for column in record.columns
        )

    def trace(
        self, payload: bytes, envelope: Envelope, document: DocType, partner: Partner | None
    ) -> tuple[AnyDocument | None, Trace]:
        """Read one document, and say which cell went where and which went nowhere."""
        if partner is None or document not in DOCUMENTS:
            return None, Trace(document=document)
        taken: list[Taken] = []

        def watch(row: Row, bound: Bound, text: str, path: str) -> None:
            place = f"row {row.number} {bound.title}"
            taken.append(Taken(path + bound.column.path.rpartition("[].")[2], place, text))

        made, found = self._translator.watched(payload, envelope, document, partner, watch)
        lines = self.lines(document, partner, sending=False)
        mapped = self._translator.map_of(partner, document, sending=False)
        unused = tuple(_unused(payload, envelope, mapped, partner))
        return made, Trace(
            document=document,
            number=made.number if made is not None else "",
            taken=tuple(taken),
            unused=unused,
            empty=empty_fields(lines, taken),
            findings=found,
        )


def _line(column: Column, tag: str, origin: str) -> MapLine:
    return MapLine(
        path=column.path,
        places=tuple(str(place) for place in column.places),
        kind=column.kind.value,
        part=f"rows {tag}" if tag else "",
        must=column.required,
        default=column.default or "",
        codes=column.codes,
        overridden=column.overridden,
        origin=origin,
    )


def _unused(payload: bytes, envelope: Envelope, mapped: ColumnMap, partner: Partner) -> Iterator[Unused]:
    """Yield the cells that no column of the map reads."""
    settings, numbers = mapped.settings(partner.csv), expand(envelope.rows)
    table = open_table(
        io.BytesIO(payload), as_cut(settings) if numbers else settings, is_fixed=mapped.is_fixed
    )
    binding = bind(mapped, table.header, settings)
    for row in (in_file(row, numbers, header=bool(table.header)) for row in table.rows):
        kind = binding.record(row.cells)
        columns = kind.bound if kind is not None else ()
        if mapped.is_fixed:
            yield from _unused_characters(row, [*columns, *([binding.tag] if binding.tag else [])])
            continue
        known = {bound.index for bound in columns} | {binding.tag.index if binding.tag else None}
        for index, cell in enumerate(row.cells):
            if cell and index not in known:
                title = table.header[index] if index < len(table.header) else f"#{index + 1}"
                yield Unused(f"row {row.number} {title}", cell)


def _unused_characters(row: Row, columns: list[Bound]) -> Iterator[Unused]:
    """Yield the stretches of a line that no range covers."""
    line = row.cells[0]
    free = [
        " " if any((b.start or 0) <= at < b.stop for b in columns) else char for at, char in enumerate(line)
    ]
    at = 0
    for word in "".join(free).split("  "):
        if word.strip():
            start = at + len(word) - len(word.lstrip())
            yield Unused(f"row {row.number} #{start + 1}-{start + len(word.strip())}", word.strip())
        at += len(word) + 2
