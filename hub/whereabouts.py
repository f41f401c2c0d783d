"""whereabouts: where the parts of a running hub are to be found, told in var/hub.json while it serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from hub.erp.port import ErpGateway
from hub.erp.practice.server import PracticeOdoo
from hub.model.errors import ConfigError
from hub.secrets import Secrets
from hub.settings import Settings
from hub.wiring import make_erp

#: The variable that holds the key of the practice Odoo of this machine.
PRACTICE_KEY = "HUB_SECRET_PRACTICE_KEY"


class Whereabouts(Struct, frozen=True, kw_only=True):
    """Where a running hub is to be found; kept in var/hub.json for scripts and people while it serves."""

    pid: int
    web_url: str
    practice_url: str  # empty when a real Odoo is used
    sftp_host: str  # empty when the embedded server is off
    sftp_port: int
    sftp_fingerprint: str
    demo_key: str  # path; empty when the server is reached from outside


def tell(var: Path, where: Whereabouts) -> Path:
    """Write hub.json, whole at once: a reader sees all of it or none. Return the file."""
    file = var / "hub.json"
    written = file.with_suffix(".tmp")
    written.write_bytes(msgspec.json.format(msgspec.json.encode(where), indent=2) + b"\n")
    written.replace(file)
    return file


def with_practice(
    settings: Settings, environ: Mapping[str, str], url: str, key: str
) -> tuple[Settings, Mapping[str, str]]:
    """Return settings and variables that lead to the practice Odoo at a URL."""
    odoo = structs.replace(
        settings.odoo,
        url=url,
        database=PracticeOdoo.database,
        login=PracticeOdoo.login,
        key=f"env:{PRACTICE_KEY}",
    )
    return structs.replace(settings, odoo=odoo), {**environ, PRACTICE_KEY: key}


def beside(settings: Settings, environ: Mapping[str, str]) -> tuple[Settings, Mapping[str, str]]:
    """Return settings and variables for a process beside `hub run`, whose practice Odoo it uses if there is one.

    Raises ConfigError when the practice Odoo is wanted and no hub runs here.
    """
    if not settings.uses_practice:
        return settings, environ
    var = Path(settings.paths.var)
    try:
        where = msgspec.json.decode((var / "hub.json").read_bytes(), type=Whereabouts)
        key = (var / "practice.key").read_text("utf-8")
    except (OSError, msgspec.DecodeError):
        raise ConfigError(
            "the practice Odoo runs inside `hub run`: start that, or set [odoo] url in hub.toml"
        ) from None
    return with_practice(settings, environ, where.practice_url, key)


@contextmanager
def open_erp(settings: Settings, environ: Mapping[str, str]) -> Iterator[ErpGateway]:
    """Open the Odoo of the settings, or the practice Odoo of the hub that runs here, for a command beside it.

    Raises ConfigError as `beside` does.
    """
    found, environ = beside(settings, environ)
    erp = make_erp(found, Secrets(Path(found.paths.secrets), environ))
    try:
        yield erp
    finally:
        erp.close()
