"""Make partners of the profiles in a folder; whatever is wrong becomes findings, all of them at once."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import structs

from hub.model import problems
from hub.model.documents import DOCUMENTS, DocType
from hub.model.finding import Finding, Where
from hub.model.partner import Identity, Partner
from hub.profiles.clashes import clashes
from hub.profiles.fault import Fault
from hub.profiles.merging import Draft, Folder
from hub.profiles.misplaced import misplaced
from hub.profiles.rules import faults_of
from hub.profiles.unused import unused_keys
from hub.toml.checking import check_table
from hub.toml.reading import Table

#: ISA12 by release; any other release is written with its first five digits (X12 005010 -> 00501).
_VERSION_DIGITS = 5

#: What a person may write at the top of a profile: the key is the file's name, `extends` is gone after merging.
_TOP_KEYS = ("extends", *(name for name in Partner.__struct_fields__ if name != "key"))


def load_partners(
    folder: Path, *, our_isa: str = "", our_gs: str = ""
) -> tuple[dict[str, Partner], tuple[Finding, ...]]:
    """Return the partners of a folder by key, and what is wrong with its profiles.

    A profile with an error gives findings and no partner; the others load. `our_isa` and `our_gs` are
    what a profile means when it does not say how we are called. Never raises on what the files say.
    """
    files = Folder(folder)
    partners: dict[str, Partner] = {}
    drafts: dict[str, Draft] = {}
    findings: list[Finding] = []
    for key in files.keys:
        draft = drafts[key] = files.draft(key)
        partner, faults = _build(draft, folder)
        findings += faults
        if not any(finding.fatal for finding in faults):
            partners[key] = _fill(partner, our_isa, our_gs)
    found = list(clashes(partners, drafts))
    findings += [clash.finding for clash in found]
    for key in {clash.key for clash in found if clash.loser}:
        del partners[key]
    return partners, _sorted(findings)


def lint(folder: Path, keys: tuple[str, ...] = ()) -> tuple[Finding, ...]:
    """Return what is wrong with the profiles of a folder; with `keys`, with those and their templates.

    Keys that nothing acts on yet are noted. Raises ConfigError for a key that has no profile.
    """
    files = Folder(folder)
    for key in keys:
        files.require(key)
    notes = [note for key in files.keys for note in unused_keys(files.draft(key))]
    findings = _sorted([*load_partners(folder)[1], *notes])
    if not keys:
        return findings
    wanted = {place.file for key in keys for place in files.draft(key).places.values()}
    wanted |= {files.label(key) for key in keys}
    return tuple(finding for finding in findings if finding.where.file in wanted)


def _sorted(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return findings as one reads files; a template's fault shows once, not once per partner."""
    places = sorted(findings, key=lambda finding: (finding.where.file, finding.where.row or 0))
    return tuple(dict.fromkeys(places))


def _build(draft: Draft, folder: Path) -> tuple[Partner, tuple[Finding, ...]]:
    """Check one draft and convert what is sound of it."""
    sound, findings = check_table(
        _with_key(draft), Partner, draft.locate, _TOP_KEYS, {DocType: tuple(DOCUMENTS)}
    )
    findings = (*draft.findings, *_key_is_no_setting(draft), *findings)
    partner = msgspec.convert({"name": draft.key, **sound}, Partner)
    if any(finding.problem == problems.CONFIG_SYNTAX for finding in findings):
        return partner, tuple(f for f in findings if f.problem != problems.CONFIG_MISSING)
    reported = {finding.where for finding in findings}
    faults = (*faults_of(partner, folder), *misplaced(draft, partner))
    later = tuple(_finding(fault, draft) for fault in faults)
    return partner, (*findings, *(f for f in later if f.where not in reported or not f.where.row))


def _with_key(draft: Draft) -> Table:
    return {**draft.data, "key": draft.key}


def _key_is_no_setting(draft: Draft) -> tuple[Finding, ...]:
    """Refuse `key = ...` in a file: the file's name is the key."""
    if "key" not in draft.data:
        return ()
    hint = "the file's name is the partner's key; leave the line out"
    return (
        Finding(problems.CONFIG_UNKNOWN_KEY, 'unknown key "key"', where=draft.locate(("key",)), hint=hint),
    )


def _finding(fault: Fault, draft: Draft) -> Finding:
    where = draft.locate(fault.path)
    if fault.problem == problems.CONFIG_MISSING and where.file != draft.file:
        where = Where(file=draft.file)  # what a template leaves open, each profile has to say
    return Finding(fault.problem, fault.message, fault.severity, where, fault.value, fault.hint)


def _fill(partner: Partner, our_isa: str, our_gs: str) -> Partner:
    """Return the partner with the defaults that depend on other keys."""
    given = partner.identity
    our = given.our_isa or our_isa
    ours_differ = bool(given.our_isa) and given.our_isa != our_isa
    identity = Identity(
        isa=given.isa,
        gs=given.gs or _id(given.isa),
        our_isa=our,
        our_gs=given.our_gs or ("" if ours_differ else our_gs) or _id(our),
        odoo=given.odoo or partner.name,
    )
    x12 = structs.replace(partner.x12, version=partner.x12.version or partner.x12.release[:_VERSION_DIGITS])
    return structs.replace(
        partner,
        identity=identity,
        x12=x12,
        transport=structs.replace(partner.transport, user=partner.transport.user or partner.key),
        receive={
            d: structs.replace(r, format=r.format or partner.format) for d, r in partner.receive.items()
        },
        send={
            d: structs.replace(s, format=s.format or partner.format, release=s.release or x12.release)
            for d, s in partner.send.items()
        },
    )


def _id(isa: str) -> str:
    return isa.partition(":")[2]
