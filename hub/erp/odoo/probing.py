"""Find out what an Odoo is and may do for us: version, models, rights, modules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from hub.erp.odoo.client import Session
from hub.erp.odoo.errors import Refused
from hub.erp.odoo.names import Names
from hub.erp.port import Capabilities
from hub.model import problems
from hub.model.errors import Undeliverable
from hub.model.finding import Finding, Severity

#: model -> (the module that brings it, the rights that the flows need there, what for)
NEEDS: Mapping[str, tuple[str, tuple[str, ...], str]] = {
    "res.partner": ("base", ("read",), "finding customers and addresses"),
    "product.product": ("product", ("read",), "finding items"),
    "sale.order": ("sale_management", ("read", "write", "create"), "posting customers' orders"),
    "sale.order.line": ("sale_management", ("read", "create"), "posting customers' orders"),
    "purchase.order": ("purchase", ("read", "write"), "sending orders and writing their acknowledgments"),
    "purchase.order.line": ("purchase", ("read", "write"), "writing acknowledged dates"),
    "stock.picking": ("stock", ("read", "write"), "ship notices, both ways"),
    "stock.move.line": ("stock", ("read", "write", "create"), "announced quantities and lots"),
    "stock.package": ("stock", ("read", "create"), "packages with SSCC"),
    "stock.lot": ("stock", ("read",), "lots and expiry dates"),
    "account.move": ("account", ("read", "write", "create"), "invoices and draft vendor bills"),
    "account.move.line": ("account", ("read", "create"), "invoices and draft vendor bills"),
    "account.payment": ("account", ("read", "create"), "remittances, both ways"),
    "stock.scrap": ("stock", ("read",), "receiving advices"),
    "ir.attachment": ("base", ("read", "create"), "keeping acknowledgments and ship notices once"),
}

_GROUPS = {
    "sale": "Sales / User",
    "purchase": "Purchase / User",
    "stock": "Inventory / User",
    "account": "Invoicing",
}


def probe(session: Session, names: Names) -> Capabilities:
    """Return what is there; raise Undeliverable when the login is refused."""
    version = session.version()
    uid = session.call("res.users", "context_get")["uid"]
    user = session.read("res.users", [uid], ["login"])[uid]["login"]
    models: list[str] = []
    missing: list[Finding] = []
    for model in NEEDS:
        try:
            name = names.model(model)
        except Undeliverable:
            missing.append(_no_model(model))
            continue
        models.append(name)
        missing += _rights(session, model, name)
    missing += [*_modules(names, models), *_export(session)]
    return Capabilities(
        version=version,
        api=session.wire.api,
        database=session.settings.database,
        user=user,
        models=tuple(models),
        missing=tuple(missing),
    )


def _rights(session: Session, model: str, name: str) -> Iterator[Finding]:
    """Return a finding for each right that the user lacks on a model."""
    module, operations, purpose = NEEDS[model]
    for operation in operations:
        if not session.call(name, "check_access_rights", operation=operation, raise_exception=False):
            group = _GROUPS.get(module.partition("_")[0], "the right group")
            yield Finding(
                problems.ERP_MISSING,
                f"the service user may not {operation} {name}, needed for {purpose}",
                Severity.ERROR,
                value=name,
                hint=f"Give the user the group {group!r} in Odoo (Settings, Users).",
            )


def _modules(names: Names, models: Collection[str]) -> Iterator[Finding]:
    """Return findings for fields that a module would bring."""
    if "stock.picking" not in models:
        return
    if not names.field("stock.picking", "sale_id"):
        yield Finding(
            problems.ERP_MISSING,
            "deliveries do not lead to their sale orders: module sale_stock is not installed",
            Severity.ERROR,
            value="sale_stock",
            hint="Install sale_stock in Odoo.",
        )
    if not names.field("stock.picking", "carrier_tracking_ref"):
        yield Finding(
            problems.ERP_MISSING,
            "deliveries carry no carrier or tracking number: module stock_delivery is not installed",
            Severity.NOTE,
            value="stock_delivery",
            hint="Install stock_delivery in Odoo when partners want a tracking number on the ship notice.",
        )


def _export(session: Session) -> Iterator[Finding]:
    """Return a finding when line numbers cannot be read back: over XML-RPC that takes the right to export."""
    if session.wire.api != "xmlrpc":
        return
    try:
        session.call("res.partner", "export_data", [], fields_to_export=["id"])
    except Refused:
        yield Finding(
            problems.ERP_MISSING,
            "the service user may not export, needed over XML-RPC for reading external ids",
            Severity.ERROR,
            value="base.group_allow_export",
            hint="Give the user the group 'Access to export feature' in Odoo, or use JSON-2 (Odoo 19 and later).",
        )


def _no_model(model: str) -> Finding:
    module, _, purpose = NEEDS[model]
    return Finding(
        problems.ERP_MISSING,
        f"Odoo has no model {model}, needed for {purpose}",
        Severity.ERROR,
        value=model,
        hint=f"Install the module {module} in Odoo.",
    )
