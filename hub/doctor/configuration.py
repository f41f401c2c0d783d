"""The configuration: profiles that load, secrets that are there and that nobody else may read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from hub.doctor.check import Check, fail, warn, well
from hub.model.errors import ConfigError
from hub.model.finding import Finding
from hub.model.partner import Partner
from hub.secrets import Secrets, is_reference
from hub.settings import Settings
from hub.toml.reading import as_line
from translators.x12.own_dictionaries import unusable
from translators.x12.rules.source import Library

HOST_KEY = "sftp_server.host_key"  # the one secret that the hub makes itself


def profiles(partners: Mapping[str, Partner], findings: tuple[Finding, ...]) -> Iterator[Check]:
    """Say what is wrong with the profiles."""
    for finding in findings:
        make = fail if finding.fatal else warn
        yield make("profile", as_line(finding), finding.hint or "hub partner lint")
    live = [key for key, partner in partners.items() if partner.status == "live"]
    if partners:
        yield well("profiles", f"{len(partners)} load, live: {', '.join(live) or 'none'}")
    elif not findings:
        yield warn("profiles", "no partner yet", "hub partner new KEY --template _x12_customer")


def dictionaries(folder: Path) -> Iterator[Check]:
    """Say which of the user's own X12 dictionaries cannot be used; documents of such a release cannot be checked."""
    faults = unusable(folder)
    for fault in faults:
        yield fail("dictionary", fault, "mend the file, or import it anew: hub x12 import")
    releases = Library((folder,)).releases()
    if releases and not faults:
        yield well("dictionaries", f"your own are read: {', '.join(releases)}")


def references(settings: Settings, partners: Mapping[str, Partner]) -> dict[str, str]:
    """Return who refers to which secret: "acme transport.key" -> "file:acme_sftp"."""
    found = {HOST_KEY: settings.sftp_server.host_key, "web.password": settings.web.password}
    if not settings.uses_practice:
        found["odoo.key"] = settings.odoo.key
    for key, partner in partners.items():
        transport = partner.transport
        found[f"{key} transport.password"] = transport.password
        found[f"{key} transport.key"] = transport.key
        for index, public in enumerate(transport.public_keys):
            found[f"{key} transport.public_keys[{index}]"] = public if is_reference(public) else ""
    return {who: reference for who, reference in found.items() if reference}


def secrets_kept(wanted: Mapping[str, str], secrets: Secrets) -> Iterator[Check]:
    """Say for each reference whether its secret is there, and whether it is only ours to read."""
    if secrets.folder.is_dir() and secrets.folder.stat().st_mode & 0o077:
        hint = f"chmod 700 {secrets.folder}"
        yield warn("secrets", f"others may look into {secrets.folder}", hint)
    for who, reference in wanted.items():
        if who == HOST_KEY and _made_at_first_start(reference, secrets):
            yield well(f"secret {who}", f"{reference} will be made at the first start")
            continue
        try:
            secrets.read(reference)
        except ConfigError as error:
            yield fail(f"secret {who}", str(error), f"{reference} is what {who} refers to")
        else:
            yield well(f"secret {who}", f"{reference} is there")


def _made_at_first_start(reference: str, secrets: Secrets) -> bool:
    return reference.startswith("file:") and not Path(secrets.path(reference)).exists()
