"""What only one partner may have: two profiles that claim it are told of each other, and neither wins in silence.

Profiles of equal standing lose both: the hub cannot know whose a file or an order is. A live one keeps what a profile
in test claims too; that one is not loaded, and says whose it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from hub.model import problems
from hub.model.documents import DocType
from hub.model.finding import Finding, Severity
from hub.model.partner import Partner
from hub.profiles.merging import Draft
from hub.toml.positions import KeyPath

#: Who is served when one gives way. A paused partner claims nothing but its account.
_STANDING = ("paused", "testing", "live")

#: What a vendor is told is sent by the profile that has its reference in Odoo (hub.stages.watch), so only one may.
_TO_VENDORS = (
    DocType.PURCHASE_ORDER,
    DocType.ORDER_CHANGE,
    DocType.RECEIVING_ADVICE,
    DocType.REMITTANCE,
)


class _Claim(NamedTuple):
    """What is claimed, in words; the same text is the same thing."""

    what: str
    path: KeyPath


class Clash(NamedTuple):
    """A finding at a profile; `loser` says that the profile may not be loaded."""

    key: str
    finding: Finding
    loser: bool


def clashes(partners: Mapping[str, Partner], drafts: Mapping[str, Draft]) -> Iterator[Clash]:
    """Yield each clash once at each profile that loses by it, and a warning where two write the same sort of record."""
    told: set[tuple[str, KeyPath]] = set()
    for what, claims in _by_claim(partners).items():
        for key in _losers(list(claims), partners):
            path = claims[key]
            if (key, path) not in told:
                told.add((key, path))
                rivals = [other for other in claims if other != key]
                yield Clash(key, _told(what, key, rivals, claims, drafts), loser=True)
    yield from _same_reference(partners, drafts)


def _by_claim(partners: Mapping[str, Partner]) -> dict[str, dict[str, KeyPath]]:
    """Return who claims each thing that more than one claims, with the key by which each does."""
    owners: dict[str, dict[str, KeyPath]] = {}
    for key, partner in partners.items():
        for claim in _claims(partner):
            owners.setdefault(claim.what, {}).setdefault(key, claim.path)
    return {what: claims for what, claims in owners.items() if len(claims) > 1}


def _losers(keys: list[str], partners: Mapping[str, Partner]) -> list[str]:
    """Return all that claim the same, but for one that stands above the others."""
    standing = {key: _STANDING.index(partners[key].status) for key in keys}
    best = [key for key in keys if standing[key] == max(standing.values())]
    return [key for key in keys if len(best) > 1 or key not in best]


def _told(
    what: str, key: str, rivals: list[str], claims: Mapping[str, KeyPath], drafts: Mapping[str, Draft]
) -> Finding:
    names = " and ".join(f'"{rival}"' for rival in rivals)
    message = f'"{key}" and {names} {"both" if len(rivals) == 1 else "all"} claim the {what}'
    hint = (
        f"{_places(rivals, claims, drafts)} has it too; change or pause one of them: this one is not loaded"
    )
    return Finding(problems.CONFIG_VALUE, message, where=drafts[key].locate(claims[key]), hint=hint)


def _places(keys: list[str], claims: Mapping[str, KeyPath], drafts: Mapping[str, Draft]) -> str:
    found = (drafts[key].locate(claims[key]) for key in keys)
    return " and ".join(f"{where.file}:{where.row}" if where.row else where.file for where in found)


def _claims(partner: Partner) -> Iterator[_Claim]:
    """Yield what only one partner may have: an account on our server, and of one that is not paused the identity,
    the vendor in Odoo that is told of our purchases, and a warehouse of ours that it keeps.

    Two may share an ISA id when their GS ids differ (one company, two divisions).
    """
    if partner.transport.kind == "embedded":
        yield _Claim(f"account {partner.transport.user}", ("transport", "user"))
    if partner.status == "paused":
        return
    identity = partner.identity
    if identity.isa:
        yield _Claim(f"identity {identity.isa} / {identity.gs}", ("identity", "isa"))
    for document in _TO_VENDORS:
        for reference in dict.fromkeys((identity.odoo, partner.name)):
            if document in partner.send:
                words = document.value.replace("_", " ")
                yield _Claim(f"{words}s to {reference}", ("identity", "odoo"))
    kept = partner.send[DocType.WAREHOUSE_ORDER].warehouse if DocType.WAREHOUSE_ORDER in partner.send else ""
    if kept:
        yield _Claim(f"warehouse {kept}", ("send", "warehouse_order", "warehouse"))


def _same_reference(partners: Mapping[str, Partner], drafts: Mapping[str, Draft]) -> Iterator[Clash]:
    """Warn where two profiles receive the same document for one partner in Odoo: legal, and seldom meant."""
    seen: dict[tuple[str, DocType], str] = {}
    told: set[tuple[str, str]] = set()
    path: KeyPath = ("identity", "odoo")
    for key, partner in partners.items():
        for document in partner.receive if partner.status != "paused" else ():
            first = seen.setdefault((partner.identity.odoo, document), key)
            if first == key or (first, key) in told:
                continue
            told.add((first, key))
            for one, other in ((first, key), (key, first)):
                words = document.value.replace("_", " ")
                message = f'"{one}" and "{other}" both bring {words}s of {partner.identity.odoo} in Odoo'
                place = _places([other], {other: path}, drafts)
                hint = f"{place} is the other; if they are two partners, give each its own identity.odoo"
                where = drafts[one].locate(path)
                finding = Finding(problems.CONFIG_VALUE, message, Severity.WARNING, where, hint=hint)
                yield Clash(one, finding, loser=False)
