"""Where the demo plays: a folder of its own with partners of its own. Nothing of the user's is read.

The sample partners in `hub/demo/partners` are copies of those in the repository's `partners/`;
`python -m hub.cli.reference` makes them, and a test holds the two equal.
"""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

from msgspec import structs

from hub.settings import Settings, load_settings


def make_home(folder: Path) -> Settings:
    """Put the sample partners into an empty folder and return settings that know that folder alone.

    Every setting is its default (no hub.toml, no environment), but ports are free ones on 127.0.0.1,
    the Odoo is the practice Odoo, and news is looked for more often.
    """
    with resources.as_file(resources.files("hub.demo").joinpath("partners")) as shipped:
        shutil.copytree(shipped, folder / "partners")
    plain = load_settings(folder, {})
    return structs.replace(
        plain,
        sftp_server=structs.replace(plain.sftp_server, port=0),
        practice=structs.replace(plain.practice, enabled="yes", port=0),
        web=structs.replace(plain.web, port=0),
        poll=structs.replace(plain.poll, erp=0.5, mailbox=1.0),
    )
