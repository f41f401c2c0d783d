"""The methods that every model has, as Odoo 19 answers them: search, read, create, write, fields_get and so on.

A method is a function `(env, model, [ids,] arguments by Odoo's names)`. `Method.records` says whether it works on
records: JSON-2 then takes `ids`, XML-RPC takes them as the first argument; on a model method `ids` is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType

from msgspec import Struct

from hub.erp.practice.errors import BadValue, Unprocessable
from hub.erp.practice.records import UID, Env, default_value
from hub.erp.practice.schema import X2MANY, Field
from hub.erp.practice.values import to_wire
from hub.erp.practice.wire import Ids, Json, Values

Domain = list[Json]
NOTE = 2  # mail.message.subtype "Note", its id in a new Odoo


class Method(Struct, frozen=True):
    """One method that may be called from outside."""

    function: Callable[..., Json]
    records: bool = False


def search(
    env: Env, model: str, domain: Domain, offset: int = 0, limit: int | None = None, order: str | None = None
) -> list[int]:
    """Return ids."""
    return env.search(model, domain, offset, limit, order)


def search_count(env: Env, model: str, domain: Domain, limit: int | None = None) -> int:
    """Return a number of records, at most `limit`."""
    found = env.count(model, domain)
    return min(found, limit) if limit else found


def search_read(
    env: Env,
    model: str,
    domain: Domain | None = None,
    fields: list[str] | None = None,
    offset: int = 0,
    limit: int | None = None,
    order: str | None = None,
    load: str | None = "_classic_read",
) -> list[Values]:
    """Return what is found, read."""
    return read(env, model, env.search(model, domain or [], offset, limit, order), fields, load)


def read(
    env: Env, model: str, ids: Ids, fields: list[str] | None = None, load: str | None = "_classic_read"
) -> list[Values]:
    """Return records as on the wire; ids that do not exist are left out, as Odoo does."""
    env.flush()
    names = list(fields or env.schema[model].fields)
    rows = env.rows(model, ids, names)
    for name in names:
        field = env.schema[model].fields.get(name)
        if field is None:
            raise BadValue(f"Invalid field {name!r} on {model!r}")
        if field.type == "many2one" and load:
            called = env.names(field.relation, {row[name] for row in rows if row[name]})
            for row in rows:
                row[name] = [row[name], called[row[name]]] if row[name] in called else False
        else:
            for row in rows:
                row[name] = _shown(field, row[name])
    return rows


def _shown(field: Field, value: Json) -> Json:
    return list(value or ()) if field.type in X2MANY else to_wire(field, value)


def create(env: Env, model: str, vals_list: list[Values] | Values) -> list[int]:
    """Create records and return their ids."""
    given = [vals_list] if isinstance(vals_list, dict) else vals_list
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise BadValue("create: vals_list must be a list of objects")
    return [env.create(model, values) for values in given]


def write(env: Env, model: str, ids: Ids, vals: Values) -> bool:
    """Change records."""
    if not isinstance(vals, dict):
        raise BadValue("write: vals must be an object")
    env.write(model, ids, vals)
    return True


def unlink(env: Env, model: str, ids: Ids) -> bool:
    """Delete records."""
    env.unlink(model, ids)
    return True


def name_search(
    env: Env,
    model: str,
    name: str = "",
    domain: Domain | None = None,
    operator: str = "ilike",
    limit: int = 100,
) -> list[list[Json]]:
    """Return [id, display name] of the records with such a name."""
    wanted = [["display_name", operator, name]] if name else []
    ids = env.search(model, [*wanted, *(domain or [])], limit=limit)
    called = env.names(model, ids)
    return [[record, called[record]] for record in ids]


def fields_get(
    env: Env, model: str, allfields: list[str] | None = None, attributes: list[str] | None = None
) -> dict[str, Values]:
    """Describe the fields; names that do not exist are left out, which is how clients probe for them."""
    fields = env.schema[model].fields
    described = {}
    for name in allfields or fields:
        if name in fields:
            facts = _facts(fields[name])
            described[name] = {key: facts[key] for key in facts if not attributes or key in attributes}
    return described


def _facts(field: Field) -> Values:
    facts: Values = {
        "name": field.name,
        "type": field.type,
        "string": field.label,
        "required": field.required,
        "readonly": field.readonly or field.computed,
        "store": field.column or (field.type == "many2many" and not field.path),
        "searchable": not field.computed,
        "sortable": field.column,
    }
    if field.relation:
        facts["relation"] = field.relation
    if field.type == "one2many":
        facts["relation_field"] = field.inverse
    if field.type == "selection":
        facts["selection"] = [list(choice) for choice in field.selection]
    return facts


def default_get(env: Env, model: str, fields: list[str]) -> Values:
    """Return the defaults of these fields that have one."""
    table = env.schema[model]
    words = {
        name: env.context.get(f"default_{name}", table.fields[name].default)
        for name in fields
        if name in table.fields
    }
    return {
        name: default_value(table.fields[name], word, env.now)
        for name, word in words.items()
        if word is not None
    }


def get_external_id(env: Env, model: str, ids: Ids) -> dict[str, str]:
    """Return the external id of each record, "" where it has none."""
    found = env.search("ir.model.data", [["model", "=", model], ["res_id", "in", list(ids)]], order="id desc")
    known = {
        row["res_id"]: f"{row['module']}.{row['name']}"
        for row in env.rows("ir.model.data", found, ["res_id", "module", "name"])
    }
    return {str(record): known.get(record, "") for record in ids}


def has_access(env: Env, model: str, ids: Ids, operation: str) -> bool:  # noqa: ARG001 - one signature for all
    """Tell whether the user may; the one user of the practice Odoo may do everything that exists."""
    if operation not in {"read", "write", "create", "unlink"}:
        raise BadValue(f"Invalid access operation {operation!r}")
    return True


def check_access_rights(env: Env, model: str, operation: str, raise_exception: bool = True) -> bool:
    """Tell the same, for older clients."""
    return has_access(env, model, [], operation) or not raise_exception


def message_post(
    env: Env,
    model: str,
    ids: Ids,
    *,
    body: str = "",
    subject: str | None = None,
    message_type: str = "notification",
    body_is_html: bool = False,
    **_: Json,
) -> list[int]:
    """Write a note on one record's chatter; plain text is escaped. Other arguments are taken and not used."""
    if len(ids) != 1:
        raise Unprocessable(f"Expected singleton: {model}{tuple(ids)}")
    env.check(model, ids)
    author = env.one("res.users", UID, "partner_id")["partner_id"]
    note: Values = {
        "model": model,
        "res_id": ids[0],
        "subject": subject or False,
        "body": body if body_is_html else f"<span>{escape(str(body), quote=False)}</span>",
        "message_type": message_type,
        "subtype_id": NOTE,
        "author_id": author,
    }
    return [env.create("mail.message", note)]


def activity_schedule(
    env: Env,
    model: str,
    ids: Ids,
    act_type_xmlid: str = "",  # noqa: ARG001 - Odoo's signature
    date_deadline: str | None = None,
    summary: str = "",
    note: str = "",
    user_id: int | None = None,
    **_: Json,
) -> list[int]:
    """Ask somebody to do something about records."""
    env.check(model, ids)
    (model_id,) = env.search("ir.model", [["model", "=", model]])
    asked: Values = {"res_model_id": model_id, "summary": summary, "note": note, "user_id": user_id or False}
    if date_deadline:
        asked["date_deadline"] = date_deadline
    return [env.create("mail.activity", asked | {"res_id": record}) for record in ids]


def precision_get(env: Env, model: str, application: str) -> int:
    """Return how many decimals a kind of number has; 2 for one that nobody set."""
    rows = env.rows(model, env.search(model, [["name", "=", application]], 0, 1, None), ["digits"])
    return int(rows[0]["digits"]) if rows else 2


def context_get(env: Env, model: str) -> Values:
    """Return the user's language and zone."""
    user = read(env, model, [UID], ["lang", "tz"])[0]
    return {"lang": user["lang"], "tz": user["tz"], "uid": UID}


GENERIC: Mapping[str, Method] = MappingProxyType(
    {
        "search": Method(search),
        "search_count": Method(search_count),
        "search_read": Method(search_read),
        "name_search": Method(name_search),
        "fields_get": Method(fields_get),
        "default_get": Method(default_get),
        "create": Method(create),
        "check_access_rights": Method(check_access_rights),
        "read": Method(read, records=True),
        "write": Method(write, records=True),
        "unlink": Method(unlink, records=True),
        "get_external_id": Method(get_external_id, records=True),
        "has_access": Method(has_access, records=True),
    }
)
