"""Values of Odoo to a file of a record type: one row or node a record, in the partner's dialect."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from hub.model.partner import CsvSettings
from hub.model.record_types import FieldSource, RecordType
from translators.csv.table import write_table
from translators.csv.text import encode_whole
from translators.records.cells import Context
from translators.records.sources import dialect_of

#: A value as it is in Odoo: text, number, day, instant (UTC), truth, or nothing.
Value = str | int | Decimal | dt.date | dt.datetime | bool | None


def write_file(
    kind: RecordType, rows: Sequence[dict[str, Value]], settings: CsvSettings, context: Context
) -> bytes:
    """Write rows (by field path) as a file. Raises ConfigError for titles that XML cannot hold."""
    sources = {name: kind.source(name) for name in kind.fields}
    header = [source.column or name for name, source in sources.items()]
    cells = [[_cell(row.get(name), source, context) for name, source in sources.items()] for row in rows]
    if kind.format == "xml":
        from translators.xml.nodes import write_nodes

        return write_nodes(kind.nodes, header, cells)
    dialect = dialect_of(kind, settings)
    text = write_table(header if dialect.header else [], cells, dialect.separator or ",")
    return encode_whole(text, dialect.encoding)


def _cell(value: Value, source: FieldSource, context: Context) -> str:
    """Return a value as the partner writes it; codes and crosswalks are read from right to left."""
    text = source.value or _text(value, source, context) or source.default
    theirs = {ours: their for their, ours in source.codes.items()}
    text = theirs.get(text, text)
    if source.crosswalk:
        entry = context.crosswalks[source.crosswalk].to_theirs(text)
        text = entry.theirs if entry else text
    return text


def _text(value: Value, source: FieldSource, context: Context) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dt.datetime():
            return value.astimezone(context.zone).strftime(source.format or "%Y-%m-%d %H:%M:%S")
        case dt.date():
            return value.strftime(source.format or context.date_format.partition("|")[0])
        case Decimal():
            number = round(value * Decimal(source.factor), 6) if source.factor else value
            plain = format(number, "f")
            plain = plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain
            return plain.replace(".", context.decimal)
        case _:
            return str(value)
