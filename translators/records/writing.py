"""Records of ours to a file of a record type: one row or node a record, in the partner's dialect and codes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hub.model.documents import RecordBatch
from hub.model.partner import CsvSettings
from hub.model.record_types import FieldSource, RecordType
from translators.csv.frames import write_table
from translators.csv.text import encode_whole
from translators.records.cells import Context
from translators.records.sources import dialect_of


def write_file(batch: RecordBatch, kind: RecordType, settings: CsvSettings, context: Context) -> bytes:
    """Write a batch as a file; its columns are in the order of the record type's fields.

    Raises ConfigError for titles that XML cannot hold.
    """
    sources = {name: kind.source(name) for name in kind.fields}
    header = [source.column or name for name, source in sources.items()]
    rows = [
        [
            _cell(record.values.get(name, ""), batch.types.get(name, ""), sources[name], context)
            for name in sources
        ]
        for record in batch.records
    ]
    if kind.format == "xml":
        from translators.xml.nodes import write_nodes

        return write_nodes(kind.nodes, header, rows)
    dialect = dialect_of(kind, settings)
    text = write_table(header if dialect.header else [], rows, dialect.separator or ",")
    return encode_whole(text, dialect.encoding)


def _cell(value: str, kind: str, source: FieldSource, context: Context) -> str:
    """Return a value as the partner writes it; codes and crosswalks are read from right to left."""
    text = source.value or (_written(value, kind, source, context) if value else "") or source.default
    theirs = {ours: their for their, ours in source.codes.items()}
    text = theirs.get(text, text)
    if source.crosswalk:
        entry = context.crosswalks[source.crosswalk].to_theirs(text)
        text = entry.theirs if entry else text
    return text


def _written(value: str, kind: str, source: FieldSource, context: Context) -> str:
    match kind:
        case "float" | "monetary" | "integer":
            number = Decimal(value) * Decimal(source.factor or "1")
            plain = format(round(number, 6), "f")
            plain = plain.rstrip("0").rstrip(".") or "0" if "." in plain else plain
            return plain.replace(".", context.dialect.decimal)
        case "date":
            form = source.format or context.dialect.date_format.partition("|")[0]
            return dt.date.fromisoformat(value).strftime(form)
        case "datetime":
            instant = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
            return instant.astimezone(context.zone).strftime(source.format or "%Y-%m-%d %H:%M:%S")
        case _:
            return value
