"""How long a partner waits for its 997: the whole hub as `hub run` starts it, on free ports and a folder of its own.

The clock runs from the beginning of the upload over SFTP until the 997 can be seen in the partner's folder. One
order at a time; the practice Odoo in the same process takes each order meanwhile, as it would in a trial.
"""

from __future__ import annotations

import time
from importlib import resources
from pathlib import Path

from hub.model.partner import Transport
from hub.serving import Service
from hub.settings import load_settings
from hub.transports.sftp import SftpMailbox

DROPS = 20
GIVE_UP_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.005
_PROJECT = Path(__file__).parents[1]


def measure(folder: Path) -> list[float]:
    """Return the seconds that each of the drops waited for its 997."""
    environ = {
        "HUB_PATHS__PARTNERS": str(_PROJECT / "partners"),
        "HUB_SFTP_SERVER__PORT": "0",
        "HUB_PRACTICE__PORT": "0",
        "HUB_WEB__PORT": "0",
    }
    service = Service(load_settings(folder, environ), environ)
    service.start()
    try:
        mailbox = _mailbox(service)
        try:
            _drop(mailbox, 0)  # the first one opens connections and compiles dictionaries
            return [_drop(mailbox, number) for number in range(1, DROPS + 1)]
        finally:
            mailbox.close()
    finally:
        service.stop()


def _mailbox(service: Service) -> SftpMailbox:
    """Return the folder of a sample partner, seen from the partner's side."""
    assert service.sftp is not None
    assert service.login is not None
    key = service.login.key
    transport = Transport(
        kind="sftp",
        host="127.0.0.1",
        port=service.sftp.port,
        user="acme",
        key="file:demo",
        host_key=(service.sftp.fingerprint,),
        inbox="out",
        outbox="in",
        archive="",
        settle_seconds=0.0,
    )
    return SftpMailbox(transport, lambda _reference: key.read_bytes())


def _drop(mailbox: SftpMailbox, number: int) -> float:
    """Upload one order and wait for its 997; return the seconds."""
    seen = {file.name for file in mailbox.list_ready()}
    began = time.perf_counter()
    mailbox.deliver(f"order{number}.edi", _order(number))
    while time.perf_counter() - began < GIVE_UP_SECONDS:
        if any(file.name.startswith("997") and file.name not in seen for file in mailbox.list_ready()):
            return time.perf_counter() - began
        time.sleep(LOOK_EVERY_SECONDS)
    raise SystemExit(f"drop {number}: no 997 came within {GIVE_UP_SECONDS:.0f} seconds")


def _order(number: int) -> bytes:
    """Return the sample order with control and order numbers of its own."""
    sample = resources.files("hub.demo").joinpath("files", "acme_order.edi").read_bytes()
    control, order = f"{5000 + number:09d}".encode(), f"46{number:08d}".encode()
    return sample.replace(b"000000101", control).replace(b"4500200001", order)
