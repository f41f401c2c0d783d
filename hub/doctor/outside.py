"""What answers from outside: the database, Odoo, the partners' servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from hub.doctor.check import Check, fail, warn, well
from hub.erp.port import Capabilities
from hub.model.errors import ConfigError, Retryable, Undeliverable
from hub.model.finding import Finding
from hub.store import Outage, StuckFile
from hub.store.revision import Revision
from hub.storing import mend_of
from hub.toml.reading import as_line

_TROUBLE = (ConfigError, Retryable, Undeliverable)


def database(read_revision: Callable[[], Revision], *, mark: Path) -> Iterator[Check]:
    """Say whether the database answers and has the tables of this version; `mark` is the archive's."""
    try:
        revision = read_revision()
    except _TROUBLE as error:
        yield fail("database", str(error), mend_of(str(error), "check [store] url, and that the server runs"))
        return
    if not revision.current and mark.exists():
        what = f"empty, and the archive {mark.parent} is of one that was not: it was lost, or [store] url is wrong"
        yield fail("database", what, "put it back, or restore a backup (`hub restore`)")
    elif not revision.current:
        yield well("database", "empty; the next start makes its tables")
    elif revision.behind:
        what = f"at revision {revision.current}, this version needs {revision.newest}"
        yield warn("database", what, "back it up; the next start migrates it")
    else:
        yield well("database", f"answers, at revision {revision.current}")


def writable(try_to_write: Callable[[], object]) -> Iterator[Check]:
    """Say what keeps the database from being written; nothing is said where nothing does, and nothing is kept."""
    try:
        try_to_write()
    except Retryable as error:
        yield fail("database", f"{error}: no work is taken", mend_of(str(error)))


def payloads(read_newest: Callable[[], object]) -> Iterator[Check]:
    """Say when the payload that came last cannot be read; nothing is said where it can."""
    try:
        read_newest()
    except _TROUBLE as error:
        yield fail("payloads", str(error), "`hub verify` says how many, and whose")


def noted(read: Callable[[], tuple[list[Outage], list[StuckFile]]]) -> Iterator[Check]:
    """Say whom the processes of a running hub find away, and which files lie in partners' folders and are not taken."""
    try:
        outages, stuck = read()
    except _TROUBLE as error:
        yield warn("away", f"what the hub noted cannot be read: {error}", "mend the database first")
        return
    for one in outages:
        yield warn(
            "away",
            f"{one.endpoint} since {one.since:%Y-%m-%d %H:%M:%S} UTC, as process {one.process} sees it; next look "
            f"{one.next_look_at:%H:%M:%S}: {one.why}",
            "mend it there: what waits for it goes on by itself",
        )
    for file in stuck:
        yield warn(
            f"partner {file.partner}",
            f"{file.name} lies in their folder since {file.since[:16].replace('T', ' ')} UTC: {file.why}",
            "mend what it says, or take the file away",
        )
    if not outages:
        yield well("away", "no process of the hub finds anybody away")


def odoo(probe: Callable[[], Capabilities]) -> Iterator[Check]:
    """Say whether Odoo lets us in, and which rights or modules a flow would miss."""
    try:
        found = probe()
    except Undeliverable as error:
        yield fail("odoo", str(error), "check [odoo] database, login and key; API keys of Odoo 19 expire")
        return
    except (Retryable, ConfigError) as error:
        yield fail("odoo", str(error), "check [odoo] url, and that Odoo runs")
        return
    yield well("odoo", f"Odoo {found.version} by {found.api}, database {found.database}, user {found.user}")
    for finding in found.missing:
        make = fail if finding.fatal else warn
        yield make(
            "odoo rights", finding.message, finding.hint or "give the user the group in Odoo's settings"
        )


def names(missing: Callable[[], tuple[Finding, ...]]) -> Iterator[Check]:
    """Say which names of the profiles and their crosswalks Odoo does not have."""
    try:
        found = missing()
    except _TROUBLE as error:
        yield fail("odoo names", str(error), "hub partner lint --odoo, when Odoo answers again")
        return
    for finding in found:
        make = fail if finding.fatal else warn
        yield make("odoo names", as_line(finding), finding.hint)
    if not found:
        yield well("odoo names", "Odoo has all that the profiles name")


def partner_connection(key: str, probe: Callable[[], list[str]]) -> Iterator[Check]:
    """Say whether a partner's mailbox does what the agreement needs."""
    name = f"partner {key}"
    try:
        faults = probe()
    except _TROUBLE as error:
        faults = [str(error)]
    for fault in faults:
        yield fail(name, fault, f"hub partner connect {key}; then call their technical contact")
    if not faults:
        yield well(name, "list, write, rename, read and delete work")
