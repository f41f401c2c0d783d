"""Records of any model in Odoo: described by `fields_get`, found in batches, written by `load()`.

`load()` makes a record and its external id in one transaction and writes where the external id is known, so that a
batch may be sent twice. A batch that Odoo refuses is sent again without the records that its messages name; those
are then tried one by one, because a message may stand at the wrong record.
"""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from msgspec import structs

from hub.erp.odoo import errors
from hub.erp.odoo.client import Session
from hub.erp.odoo.line_keys import MODULE, external_id
from hub.erp.odoo.reading import Plain
from hub.erp.odoo.record_tables import Shape, shape_of, split, table_of
from hub.erp.odoo.record_values import ATTRIBUTES, as_odoo, as_value, facts_of
from hub.erp.port.records import Applied, ModelFacts, Upsert, Values
from hub.model.errors import Retryable, Undeliverable
from hub.model.exchange import ErpRecord
from hub.model.record_types import unreadable_model, unwritable_model

T = TypeVar("T")

#: Records of one `load()`, which is one transaction: a hundred take Odoo about a second.
LOADED_AT_ONCE = 100
#: Values of one domain.
ASKED_AT_ONCE = 500

#: A field that somebody adds, or a module that is installed, is seen after so long.
FACTS_SECONDS = 60.0

#: `load()` reads instants in the user's zone: the hub gives UTC. A record is found also when it is archived.
_CONTEXT = {"tz": "UTC", "active_test": False}


class OdooRecords:
    """Any model of one Odoo that is not kept from files. May be used by several threads."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._facts: dict[str, tuple[float, ModelFacts]] = {}  # with the second at which they were told
        self._may_read_ids: bool | None = None
        self._guard = threading.Lock()

    def describe(self, model: str) -> ModelFacts | None:
        """Return the fields of a model; None when there is no such model, or nobody may know it."""
        with self._guard:
            told_at, facts = self._facts.get(model, (float("-inf"), None))
            if time.monotonic() - told_at < FACTS_SECONDS:
                return facts
        try:
            told = self._session.call(model, "fields_get", attributes=[*ATTRIBUTES])
        except Undeliverable:
            return None
        facts = ModelFacts(model=model, fields={name: facts_of(name, said) for name, said in told.items()})
        with self._guard:
            self._facts[model] = (time.monotonic(), facts)
        return facts

    def known(self, model: str, keys: Sequence[str]) -> dict[str, int]:
        """Return the ids of records by the name of their external id."""
        found = self.named(model, [external_id(key) for key in keys])
        return {name.removeprefix(f"{MODULE}."): record for name, record in found.items()}

    def named(self, model: str, external_ids: Sequence[str]) -> dict[str, int]:
        """Return ids by external id: in one question where the user may read them, else one by one."""
        wanted = list(dict.fromkeys(name for name in external_ids if "." in name))
        if not self._reads_external_ids():
            with ThreadPoolExecutor(self._session.settings.concurrency) as pool:
                each = zip(wanted, pool.map(partial(self._reference, model), wanted), strict=True)
                return {name: record for name, record in each if record}
        found: dict[str, int] = {}
        for part in _chunks(wanted, ASKED_AT_ONCE):
            modules = sorted({name.partition(".")[0] for name in part})
            domain = [
                ["model", "=", model],
                ["module", "in", modules],
                ["name", "in", sorted({name.partition(".")[2] for name in part})],
            ]
            for row in self._session.search_read("ir.model.data", domain, ["module", "name", "res_id"]):
                found[f"{row['module']}.{row['name']}"] = int(row["res_id"])
        return {name: found[name] for name in wanted if found.get(name)}

    def find(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[tuple[str, ...]],
        within: Mapping[str, str],
        *,
        archived: bool = False,
    ) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Return the ids of the records that have each row's values."""
        _refuse(unreadable_model(model), model)
        facts = self._of(model)
        narrow = [[name, "=", as_odoo(value, facts.fields.get(name))] for name, value in within.items()]
        found: dict[tuple[str, ...], tuple[int, ...]] = {}
        for part in _chunks(list(dict.fromkeys(rows)), ASKED_AT_ONCE):
            asked: dict[tuple[object, ...], tuple[str, ...]] = {
                tuple(as_odoo(v, facts.fields.get(n)) for n, v in zip(fields, row, strict=True)): row
                for row in part
            }
            domain: list[Any] = [
                [name, "in", list(dict.fromkeys(row[at] for row in asked))] for at, name in enumerate(fields)
            ]
            asking = {"domain": [*domain, *narrow], "fields": list(fields), "order": "id"}
            context = {"active_test": not archived}
            for told in self._session.call(model, "search_read", context=context, **asking):
                row = asked.get(tuple(_bare(told[name]) for name in fields))
                if row is not None:
                    found[row] = (*found.get(row, ()), int(told["id"]))
        return found

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, Values]:
        """Return typed fields of records by id."""
        _refuse(unreadable_model(model), model)
        facts, found = self._of(model), dict[int, Values]()
        for part in _chunks(list(dict.fromkeys(ids)), ASKED_AT_ONCE):
            for row in self._session.call(model, "read", list(part), fields=["id", *fields]):
                found[int(row["id"])] = {name: as_value(row[name], facts.fields[name]) for name in fields}
        return found

    def apply(self, model: str, upserts: Sequence[Upsert]) -> list[Applied]:
        """Carry out upserts; the answers are in their order."""
        _refuse(unwritable_model(model), model)
        first, further = zip(*(split(upsert) for upsert in upserts), strict=True) if upserts else ((), ())
        done = self._in_groups(model, first)
        made = [(at, answer.id) for at, answer in enumerate(done) if answer.id is not None and further[at]]
        rest = [(at, structs.replace(more, id=record)) for at, record in made for more in further[at]]
        for (at, _), answer in zip(rest, self._in_groups(model, [more for _, more in rest]), strict=True):
            done[at] = answer if answer.refusal else done[at]
        return done

    def _in_groups(self, model: str, upserts: Sequence[Upsert]) -> list[Applied]:
        """Carry out upserts, those of one shape together."""
        groups: dict[Shape, list[int]] = {}
        for at, upsert in enumerate(upserts):
            groups.setdefault(shape_of(upsert), []).append(at)
        done: dict[int, Applied] = {}
        for members in groups.values():
            for part in _chunks(members, LOADED_AT_ONCE):
                answers = self._load(model, [upserts[at] for at in part])
                done.update(zip(part, answers, strict=True))
        return [done[at] for at in range(len(upserts))]

    def attach(self, record: ErpRecord, key: str, name: str, data: bytes, note: str) -> None:
        """Keep a file on a record, once for its key."""
        _refuse(unwritable_model(record.model), record.model)
        columns = ["id", "name", "res_model", "res_id", "description", "datas"]
        content = base64.b64encode(data).decode()
        row = [external_id(key), name, record.model, str(record.id), note, content]
        self._session.load_once("ir.attachment", columns, [row])

    def pages(
        self, model: str, domain: list[Any], fields: Sequence[str], order: str, page_size: int = 500
    ) -> Iterator[list[Values]]:
        """Yield the records of a domain; which they are is settled at the start."""
        _refuse(unreadable_model(model), model)
        ids: list[int] = self._session.call(model, "search", domain=domain, order=order)
        for part in _chunks(ids, page_size):
            found = self._along(model, part, fields)
            yield [found[record] for record in part if record in found]

    def _along(self, model: str, ids: Sequence[int], paths: Sequence[str]) -> dict[int, Values]:
        """Read paths: the field itself, or through many2one fields the fields of the records they name."""
        heads = list(dict.fromkeys(path.partition(".")[0] for path in paths))
        found = self.read(model, ids, heads)
        for head in heads:
            tails = [path.partition(".")[2] for path in paths if path.startswith(f"{head}.")]
            if not tails:
                continue
            relation = self._of(model).fields[head].relation
            ends = {record: getattr(values[head], "id", None) for record, values in found.items()}
            beyond = self._along(relation, [end for end in ends.values() if end], tails)
            for record, end in ends.items():
                below = beyond.get(end, {}) if end else {}
                found[record] |= {f"{head}.{tail}": below.get(tail) for tail in tails}
        return found

    def _load(self, model: str, upserts: Sequence[Upsert]) -> list[Applied]:
        """Load upserts of one shape in one transaction; what is refused is found out and left behind."""
        columns, rows, starts = table_of(upserts)
        answer = self._session.call(model, "load", fields=columns, data=rows, context=_CONTEXT)
        if answer.get("ids"):
            return [Applied(int(record)) for record in answer["ids"]]
        messages = [m for m in answer.get("messages") or [] if m.get("type") != "warning"]
        refusal = errors.load_error(messages, f"Odoo {model}.load")
        if isinstance(refusal, Retryable):
            raise refusal
        if len(upserts) == 1:
            return [Applied(None, str(refusal))]
        named = {starts[row] for m in messages if (row := m.get("rows", {}).get("from")) in starts}
        suspects = named or set(range(len(upserts)))
        rest = [at for at in range(len(upserts)) if at not in suspects]
        done = dict(zip(rest, self._load(model, [upserts[at] for at in rest]), strict=True)) if rest else {}
        done |= {at: self._load(model, [upserts[at]])[0] for at in sorted(suspects)}
        return [done[at] for at in range(len(upserts))]

    def _of(self, model: str) -> ModelFacts:
        facts = self.describe(model)
        if facts is None:
            raise Undeliverable(
                f"Odoo has no model {model} for this user: install its module, or grant the right"
            )
        return facts

    def _reads_external_ids(self) -> bool:
        """Say whether the user may read `ir.model.data`; asked once."""
        if self._may_read_ids is None:
            model, method = "ir.model.data", "check_access_rights"
            allowed = self._session.call(model, method, operation="read", raise_exception=False)
            self._may_read_ids = bool(allowed)
        return self._may_read_ids

    def _reference(self, model: str, name: str) -> int | None:
        """Return the record of one external id; needs no right on `ir.model.data`."""
        module, _, rest = name.partition(".")
        try:
            found = self._session.call("ir.model.data", "check_object_reference", module=module, xml_id=rest)
        except Undeliverable as fault:
            if "External ID not found" in str(fault):
                return None
            raise
        return int(found[1]) if found[0] == model and found[1] else None


def _bare(told: Plain) -> object:
    """Return a value as it is compared in a domain: the id of a many2one."""
    return told[0] if isinstance(told, list) else told


def _refuse(reason: str, model: str) -> None:
    """Raise Undeliverable for a model that files may not touch, whatever a profile says."""
    if reason:
        raise Undeliverable(f"{model} is kept from files: {reason}")


def _chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
