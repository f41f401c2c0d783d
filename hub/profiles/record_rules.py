"""The rules for [records.NAME]: what a record type may read and write, and whether it says all that it needs to.

The record type is the list of what the hub may touch: what is refused here is never asked of Odoo.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from string import Formatter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.model import problems
from hub.model.errors import ConfigError
from hub.model.partner import Partner
from hub.model.record_types import (
    FIELD_NAME,
    MODEL_NAME,
    FieldSource,
    RecordType,
    as_source,
    unreadable_model,
    unwritable_field,
    unwritable_model,
)
from hub.model.schedule import parse_time
from hub.profiles.fault import Fault
from hub.profiles.map_rules import leaves
from hub.toml.checking import clip
from hub.toml.positions import KeyPath
from translators.crosswalk import Crosswalk

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PLACEHOLDERS = ("record", "date", "time", "ext")
MOST_RECORDS = 5000  # of one exchange: it must be done well within the lease of a lane


def record_faults(partner: Partner, folder: Path) -> Iterator[Fault]:
    """Yield the faults of every record type of a partner; crosswalks are looked for under `folder`."""
    for name, kind in partner.records.items():
        path: KeyPath = ("records", name)
        if not _NAME.fullmatch(name):
            hint = "small letters, digits and _, at most 40"
            yield Fault(path, f'"{clip(name)}" cannot be the name of a record type', hint)
        yield from _model(kind, path)
        yield from _dialect(kind, path)
        yield from _sources(kind, path, folder)
        yield from (_coming if kind.direction == "in" else _going)(kind, path)
        if kind.format == "xml":
            yield from _xml(kind, path)


def _model(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    refusal = unwritable_model(kind.model) if kind.direction == "in" else unreadable_model(kind.model)
    if not kind.model:
        yield _lacking(path, "model", 'write the Odoo model, such as "res.partner"')
    elif not MODEL_NAME.fullmatch(kind.model):
        yield Fault((*path, "model"), f'"{clip(kind.model)}" is no model', 'write "res.partner"', kind.model)
    elif refusal:
        verb = "written" if kind.direction == "in" else "read"
        yield Fault(
            (*path, "model"), f"{kind.model} is never {verb} by files: {refusal}", "no key lifts this"
        )
    if not kind.fields:
        yield _lacking(path, "fields", "name the Odoo fields and the columns that they come from")
    if not kind.system_of_record:
        yield _lacking(path, "system_of_record", 'say whose data it is: "partner" or "odoo"')


def _dialect(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    try:
        ZoneInfo(kind.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield Fault((*path, "zone"), f'"{clip(kind.zone)}" is no time zone', 'write "Europe/Oslo"', kind.zone)
    if kind.separator and (len(kind.separator) != 1 or kind.separator.isalnum()):
        yield Fault((*path, "separator"), "the separator is one sign", r'"," ";" "|" or "\t"', kind.separator)
    if kind.date_format and "%" not in kind.date_format:
        yield Fault((*path, "date_format"), "it is no date format", 'write "%d.%m.%Y"', kind.date_format)
    try:
        codecs.lookup(kind.encoding or "utf-8")
    except (LookupError, ValueError):
        yield Fault((*path, "encoding"), f'unknown encoding "{clip(kind.encoding)}"', 'write "utf-8"')
    if not 1 <= kind.batch <= MOST_RECORDS:
        yield Fault((*path, "batch"), f"a batch has 1 to {MOST_RECORDS} records", "500 is usual")


def _coming(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    """Rules for what partners send."""
    if not kind.match:
        yield _lacking(path, "match", 'write the pattern of the file names, such as "hours_*.csv"')
    if not kind.key:
        yield _lacking(path, "key", "name the columns that tell one record from all others, for good")
    if kind.system_of_record == "odoo" and not any(not kind.owned_by_odoo(name) for name in kind.fields):
        hint = 'change system_of_record, or give the partner single fields: owner.name = "partner"'
        yield Fault(
            (*path, "system_of_record"), "Odoo owns every field: a file may write nothing of it", hint
        )
    elif kind.system_of_record == "odoo" and kind.policy != "update":
        hint = 'write policy = "update", or system_of_record = "partner"'
        yield Fault((*path, "policy"), "Odoo is the system of record: a file makes no new records", hint)
    for name in ("every", "at", "domain"):
        if getattr(kind, name):
            message = f'"{name}" says nothing of what comes in'
            yield Fault((*path, name), message, 'is direction = "out" meant? Else leave it out')
    yield from _named_fields(kind, path)


def _named_fields(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    """Fields that `owner` and `find_by` name are mapped, and can be compared."""
    for name, owner in kind.owner.items():
        if owner not in {"partner", "odoo"} or name not in kind.fields:
            hint = 'a mapped field = "partner" or "odoo"'
            yield Fault((*path, "owner", name), f'"{clip(name)}" cannot be owned by "{clip(owner)}"', hint)
    if kind.policy == "update" and not kind.find_by:
        hint = 'name a field of their own, such as find_by = ["ref"]'
        yield Fault((*path, "policy"), "it only changes records, and nothing says how they are found", hint)
    for name in kind.find_by:
        if name not in kind.fields:
            yield Fault((*path, "find_by"), f'"{clip(name)}" is not mapped', "map it in [fields] first", name)
        elif kind.source(name).look_up:
            yield Fault(
                (*path, "find_by"), f'"{clip(name)}" names another record', "a field with a plain value"
            )


def _going(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    """Rules for what we send."""
    if not kind.every:
        yield _lacking(path, "every", 'say how often: every = "1h", or every = "1d" and at = "06:00"')
    if 0 < kind.every < 60:
        yield Fault((*path, "every"), "a file more than once a minute helps nobody", 'write "15m"')
    if parse_time(kind.at) is None:
        yield Fault((*path, "at"), f'"{clip(kind.at)}" is no time of day', 'write "06:00"', kind.at)
    if kind.system_of_record == "partner":
        hint = 'what we tell them is Odoo\'s: system_of_record = "odoo"'
        yield Fault((*path, "system_of_record"), "we would send a partner its own data as ours", hint)
    yield from _domain(kind, path)
    yield from _file_name(kind, path)
    if kind.lines or kind.attachment.column or kind.attachment.own:
        yield Fault(path, "lines and attachments are for what comes in", "leave them out")


def _domain(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    if not kind.domain:
        return
    try:
        terms = json.loads(kind.domain)
    except ValueError:
        terms = None
    if not isinstance(terms, list) or not all(isinstance(term, list | str) for term in terms):
        hint = """write JSON: domain = '[["active", "=", true]]'"""
        yield Fault((*path, "domain"), "it is no domain", hint, kind.domain)


def _file_name(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    try:
        used = {
            name
            for _, name, spec, form in Formatter().parse(kind.name)
            if name is not None and not (spec or form)
        }
        kind.name.format(**dict.fromkeys(_PLACEHOLDERS, ""))
    except (ValueError, KeyError, IndexError):
        hint = f"known: {', '.join('{' + p + '}' for p in _PLACEHOLDERS)}"
        yield Fault((*path, "name"), f'"{clip(kind.name)}" is no pattern of file names', hint, kind.name)
        return
    if "/" in kind.name or "\\" in kind.name or kind.name.startswith("."):
        yield Fault((*path, "name"), "it is more than a file name", "no slash, no dot in front", kind.name)
    if not {"date", "time"} & used:
        yield Fault((*path, "name"), "all files would have the same name", "use {date} and {time}", kind.name)


def _sources(kind: RecordType, path: KeyPath, folder: Path) -> Iterator[Fault]:
    """Each line of each field map, the lines' too."""
    maps: list[tuple[KeyPath, Mapping[str, str | FieldSource]]] = [((*path, "fields"), kind.fields)]
    for name, lines in kind.lines.items():
        if not FIELD_NAME.fullmatch(name) or unwritable_field(name):
            yield Fault(
                (*path, "lines", name), f'"{clip(name)}" is no field for lines', "name the one2many field"
            )
        if not lines.fields:
            yield _lacking((*path, "lines", name), "fields", "name the fields of a line")
        maps.append(((*path, "lines", name, "fields"), lines.fields))
    for at, fields in maps:
        for name, written in fields.items():
            source = as_source(written)
            yield from _field_name(name, kind, (*at, name))
            yield from _source(source, kind, (*at, name))
            yield from _crosswalk(source, (*at, name, "crosswalk"), folder)


def _field_name(name: str, kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    parts = name.split(".") if kind.direction == "out" else [name]
    if not all(FIELD_NAME.fullmatch(part) for part in parts):
        hint = "a field of the model" + (
            ", or a path such as project_id.name" if kind.direction == "out" else ""
        )
        yield Fault(path, f'"{clip(name)}" is no field', hint, name)
    elif kind.direction == "in" and (why := unwritable_field(name)):
        yield Fault(path, f'"{name}" is never written by files: {why}', "leave it out")
    elif kind.direction == "out" and {"password", "login"} & set(parts):
        yield Fault(path, f'"{name}" is never sent: it is a secret', "leave it out")


def _source(source: FieldSource, kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    if kind.direction == "in" and not (source.column or source.value or source.default):
        yield Fault(path, "it comes from nowhere", 'name its column, or a value: { value = "draft" }')
    if source.column and source.value:
        yield Fault(
            path, "it has a column and a value", "a value is the same for every record: leave one out"
        )
    if source.codes and source.crosswalk:
        yield Fault(path, "it has codes and a crosswalk", "leave one of them out")
    if source.format and source.type not in {"date", "datetime"} and kind.direction == "in":
        yield Fault(
            (*path, "format"), f"a {source.type} has no format", 'is type = "date" meant?', source.format
        )
    if source.factor:
        try:
            fits = Decimal(source.factor).is_finite() and (
                source.type == "decimal" or kind.direction == "out"
            )
        except InvalidOperation:
            fits = False
        if not fits:
            hint = 'type = "decimal", factor = "0.5"'
            yield Fault((*path, "factor"), "only a decimal is multiplied, by a number", hint, source.factor)
    yield from _look_up(source, path)


def _look_up(source: FieldSource, path: KeyPath) -> Iterator[Fault]:
    if bool(source.look_up) != bool(source.by):
        hint = 'write both: look_up = "product.product", by = "default_code"'
        yield Fault(path, "a look-up needs a model and a field", hint)
    elif source.look_up:
        if not MODEL_NAME.fullmatch(source.look_up):
            yield Fault(
                (*path, "look_up"), f'"{clip(source.look_up)}" is no model', 'write "product.product"'
            )
        elif why := unreadable_model(source.look_up):
            yield Fault(
                (*path, "look_up"), f"{source.look_up} is never read by files: {why}", "no key lifts this"
            )
        for name in (source.by, *source.within):
            if not FIELD_NAME.fullmatch(name):
                yield Fault((*path, "by"), f'"{clip(name)}" is no field', 'such as "default_code"', name)


def _crosswalk(source: FieldSource, path: KeyPath, folder: Path) -> Iterator[Fault]:
    relative = source.crosswalk
    if not relative:
        return
    if leaves(relative):
        yield Fault(path, f'"{clip(relative)}" leaves the partners folder', "a path below it", relative)
    elif not (folder / relative).is_file():
        hint = f"it is looked for in {folder.as_posix()}"
        yield Fault(path, f'there is no file "{clip(relative)}"', hint, relative, problems.CONFIG_REFERENCE)
    else:
        for found in Crosswalk.load(folder / relative)[1]:
            row = f":{found.where.row}" if found.where.row else ""
            message = f"{(folder / relative).as_posix()}{row}: {found.message}"
            yield Fault(path, message, found.hint, found.value, problems.CONFIG_REFERENCE, found.severity)


def _xml(kind: RecordType, path: KeyPath) -> Iterator[Fault]:
    """Every XPath is compiled, as the reader will. Imported late: lxml takes its time."""
    from translators.records.sources import columns, line_columns
    from translators.xml.nodes import compiled, write_nodes

    if not kind.nodes:
        yield _lacking(path, "nodes", 'write the XPath of the records, such as "/Hours/Entry"')
        return
    if kind.direction == "out":
        titles = [kind.source(name).column or name for name in kind.fields]
        try:
            write_nodes(kind.nodes, titles, [])
        except ConfigError as error:
            yield Fault((*path, "nodes"), clip(error, 200), 'nodes = "Projects/Project", columns as names')
        return
    below = [
        xpath for name, lines in kind.lines.items() for xpath in (lines.nodes, *line_columns(kind, name))
    ]
    for xpath in (kind.nodes, *columns(kind), *below):
        try:
            compiled(xpath or ".", kind.namespaces)
        except ConfigError as error:
            yield Fault(path, clip(error, 200), "mend the XPath, or name its prefix in `namespaces`", xpath)
    for name, lines in kind.lines.items():
        if not lines.nodes:
            yield _lacking((*path, "lines", name), "nodes", "the XPath of the lines, from the record's node")


def _lacking(path: KeyPath, key: str, hint: str) -> Fault:
    at = (*path, key)
    return Fault(at, f'"{".".join(map(str, at))}" is missing', hint, problem=problems.CONFIG_MISSING)
