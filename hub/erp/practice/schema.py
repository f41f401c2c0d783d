"""The models and fields of the practice Odoo, read from `models/*.toml`: one line says all about a field.

A line is `TYPE [RELATION [INVERSE]]; WORD [VALUE]; ...` where the words are: required, readonly, computed (worked
out when read, by `derived.py`), cascade (goes with its parent), `default VALUE`, `label TEXT`, `reverse FIELD` (the
other side of a many2many), `only FIELD VALUES` (a one2many that shows only some records). `related PATH` takes
type and value from another record, `writable` ones write it there too; `inherits MANY2ONE` is short for both
(Odoo's `_inherits`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib import resources
from types import MappingProxyType

from msgspec import Struct

from hub.erp.practice.errors import BadValue, UnknownModel
from hub.erp.practice.wire import Json

AUTOMATIC = MappingProxyType(
    {
        "id": "integer; readonly; label ID",
        "display_name": "char; computed; readonly; label Display Name",
        "create_uid": "many2one res.users; readonly; label Created by",
        "create_date": "datetime; readonly; label Created on",
        "write_uid": "many2one res.users; readonly; label Last Updated by",
        "write_date": "datetime; readonly; label Last Updated on",
    }
)
X2MANY = ("one2many", "many2many")


class Field(Struct, frozen=True, kw_only=True, dict=True):
    """One field of a model. `path` is set for related and inherited fields; `only` is (field, values)."""

    name: str
    type: str
    label: str
    relation: str = ""
    inverse: str = ""
    selection: tuple[tuple[str, str], ...] = ()
    default: str | None = None
    required: bool = False
    readonly: bool = False
    computed: bool = False
    cascade: bool = False
    path: tuple[str, ...] = ()
    inherited: bool = False
    forwards: bool = False
    reverse: str = ""
    only: tuple[str, tuple[str, ...]] | None = None

    @cached_property
    def column(self) -> bool:
        """Tell whether the value is in a column of the model's own table."""
        return not (self.computed or self.path or self.type in X2MANY)


class Model(Struct, frozen=True, kw_only=True, dict=True):
    """One model: its table, its order and its fields."""

    name: str
    label: str
    order: str
    chatter: bool
    unique: tuple[tuple[str, ...], ...]
    fields: Mapping[str, Field]

    @cached_property
    def table(self) -> str:
        """Return the name of the model's table."""
        return self.name.replace(".", "_")

    def field(self, name: str) -> Field:
        """Return a field by name; raise as Odoo does when a write names one that does not exist."""
        try:
            return self.fields[name]
        except (KeyError, TypeError):
            raise BadValue(f"Invalid field {name!r} in {self.name!r}") from None

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """Return the fields stored in the model's table."""
        return tuple(field for field in self.fields.values() if field.column)


class Schema(Struct, frozen=True):
    """Every model by its name."""

    models: Mapping[str, Model]

    def __getitem__(self, name: str) -> Model:
        try:
            return self.models[name]
        except (KeyError, TypeError):
            raise UnknownModel(str(name)) from None

    def target(self, model: str, field: Field) -> tuple[str, Field]:
        """Return the model and field that a related field ends at (or the field itself)."""
        for part in field.path[:-1]:
            model = self[model].field(part).relation
        return self.target(model, self[model].field(field.path[-1])) if field.path else (model, field)

    def relation_table(self, model: str, field: Field) -> tuple[str, str, str]:
        """Return (table, own column, other column) of a many2many."""
        if field.reverse:
            table, own, other = self.relation_table(field.relation, self[field.relation].field(field.reverse))
            return table, other, own
        return f"{self[model].table}_{field.name}_rel", "left_id", "right_id"


def parse_field(name: str, line: str) -> Field:
    """Return the field that a line of the table describes."""
    head, *words = [part.strip() for part in line.split(";")]
    kind, _, rest = head.partition(" ")
    options: dict[str, str] = {word.partition(" ")[0]: word.partition(" ")[2] for word in words}
    label = options.get("label", name.removesuffix("_ids").removesuffix("_id").replace("_", " ").title())
    if kind == "inherits":
        return Field(name=name, type=kind, label=label, path=(rest, name), inherited=True, forwards=True)
    if kind == "related":
        return Field(
            name=name, type=kind, label=label, path=tuple(rest.split(".")), forwards="writable" in options
        )
    relation, _, inverse = rest.partition(" ") if kind != "selection" else ("", "", "")
    only = options.get("only", "").split()
    return Field(
        name=name,
        type=kind,
        label=label,
        relation=relation,
        inverse=inverse,
        selection=_selection(rest) if kind == "selection" else (),
        default=options.get("default"),
        required="required" in options,
        readonly="readonly" in options,
        computed="computed" in options,
        cascade="cascade" in options,
        reverse=options.get("reverse", ""),
        only=(only[0], tuple(only[1:])) if only else None,
    )


def _selection(text: str) -> tuple[tuple[str, str], ...]:
    """Return the choices of `a=First, b=Second`."""
    return tuple(
        (value.strip(), label) for value, _, label in (item.partition("=") for item in text.split(","))
    )


@cache
def load_schema() -> Schema:
    """Return the schema of the package's own tables."""
    folder = resources.files("hub.erp.practice") / "models"
    models: dict[str, Model] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            for name, table in tomllib.loads(file.read_text("utf-8")).items():
                models[name] = _model(name, table)
    draft = Schema(MappingProxyType(models))
    return Schema(MappingProxyType({name: _resolved(draft, model) for name, model in models.items()}))


def _model(name: str, table: dict[str, Json]) -> Model:
    lines = {**AUTOMATIC, **table["fields"]}
    return Model(
        name=name,
        label=table["label"],
        order=table.get("order", "id"),
        chatter=table.get("chatter", False),
        unique=tuple(tuple(names) for names in table.get("unique", ())),
        fields=MappingProxyType({field: parse_field(field, line) for field, line in lines.items()}),
    )


def _resolved(schema: Schema, model: Model) -> Model:
    """Give related and inherited fields the type of what they point to."""
    fields = {}
    for name, field in model.fields.items():
        if field.path:
            _, end = schema.target(model.name, field)
            fields[name] = Field(
                name=name,
                label=end.label if field.inherited else field.label,
                type=end.type,
                relation=end.relation,
                inverse=end.inverse,
                selection=end.selection,
                readonly=not field.forwards,
                path=field.path,
                inherited=field.inherited,
                forwards=field.forwards,
            )
        else:
            fields[name] = field
    return Model(
        name=model.name,
        label=model.label,
        order=model.order,
        chatter=model.chatter,
        unique=model.unique,
        fields=MappingProxyType(fields),
    )
