"""The port for records: any model of the ERP, read, compared and written by key, and nothing but what is asked for.

Values that go in are plain text (hub.model.documents.records); values that come out are typed. What the ERP's own
rules refuse comes back with the record that it is about; technical trouble raises `Retryable` (with `in_doubt` when
it may have been carried out) or `Undeliverable`. The same upserts twice change nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from msgspec import Struct

from hub.model.exchange import ErpRecord


class Reference(Struct, frozen=True):
    """The record that a many2one field names, and how people call it."""

    id: int
    name: str = ""


#: A value as it is in the ERP. Instants are aware, in UTC.
Value = str | int | Decimal | dt.date | dt.datetime | bool | Reference | None
Values = dict[str, Value]


class FieldFacts(Struct, frozen=True, kw_only=True):
    """What the ERP says of one field."""

    name: str
    type: str  # char, text, html, float, monetary, integer, date, datetime, boolean, selection, many2one, one2many ...
    relation: str = ""  # the model that it leads to
    readonly: bool = False
    required: bool = False
    places: int | None = None  # decimal places that are kept; None: not told
    choices: dict[str, str] = {}  # of a selection: value = its label


class ModelFacts(Struct, frozen=True, kw_only=True):
    """What the ERP says of a model."""

    model: str
    fields: dict[str, FieldFacts]


class UpsertLine(Struct, frozen=True, kw_only=True):
    """One line of a record; `key` names its external id, `values` as in `Upsert`."""

    key: str
    values: Mapping[str, str]


class Upsert(Struct, frozen=True, kw_only=True):
    """One record to be made or changed. A field that is not in `values` is left alone.

    With `id` that record is written; without, the one whose external id is `edi_hub.<key>`, which is made if need be.
    A many2one is given as `field/.id`, an empty text empties a field.
    """

    key: str
    id: int | None = None
    values: Mapping[str, str]
    lines: Mapping[str, tuple[UpsertLine, ...]] = {}


class Applied(Struct, frozen=True):
    """What came of one upsert: the record's id, or the ERP's reason for refusing it."""

    id: int | None
    refusal: str = ""


class Records(Protocol):
    """Any model of the ERP, by key."""

    def describe(self, model: str) -> ModelFacts | None:
        """Return the fields of a model; None when there is no such model."""

    def known(self, model: str, keys: Sequence[str]) -> dict[str, int]:
        """Return the ids of those records whose external id is `edi_hub.<key>`."""

    def find(
        self,
        model: str,
        fields: Sequence[str],
        rows: Sequence[tuple[str, ...]],
        within: Mapping[str, str],
        *,
        archived: bool = False,
    ) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Return the ids of all records whose `fields` have the values of each row; `archived`: those too.

        `within`: further fields and values that a record must have. A row without records is not in the result.
        """

    def named(self, model: str, external_ids: Sequence[str]) -> dict[str, int]:
        """Return the ids of the records with these external ids (`module.name`)."""

    def read(self, model: str, ids: Sequence[int], fields: Sequence[str]) -> dict[int, Values]:
        """Return fields of records by id, archived or not; ids that are gone are left out."""

    def apply(self, model: str, upserts: Sequence[Upsert]) -> list[Applied]:
        """Carry out upserts, many in a transaction; one that is refused takes no other with it."""

    def attach(self, record: ErpRecord, key: str, name: str, data: bytes, note: str) -> None:
        """Keep a file on a record, once for its `key`."""

    def pages(
        self, model: str, domain: list[Any], fields: Sequence[str], order: str, page_size: int = 500
    ) -> Iterator[list[Values]]:
        """Yield the records of a domain in order, in pages; a field may be a path such as `partner_id.ref`."""
