"""The rules for releases of X12: does it exist, and have we a dictionary by which to check it?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from hub.model.finding import Severity
from hub.model.partner import Partner
from hub.profiles.fault import Fault
from hub.toml.checking import clip
from hub.toml.positions import KeyPath

#: GS08: 00, the version, two digits of release, one of sub-release, and perhaps an industry's own id. No version had
#: more than seven releases, no release more than two sub-releases (X12 published 003070, 004061, 006051 ...).
_RELEASE = re.compile(r"00[2-8]0[1-7][0-3]([0-9A-Z]{1,6})?")
_VERSION = re.compile(r"00[2-8]0[0-7]")  # ISA12: the first five of them


def release_faults(partner: Partner) -> Iterator[Fault]:
    """Yield the faults of each release that a profile names, and of the version in ISA12."""
    x12 = partner.x12
    for name in ("release", "ack_release"):
        if text := getattr(x12, name):
            yield from _release(text, ("x12", name))
        elif name == "release":
            yield Fault(("x12", name), '"" is no release of X12', 'write "004010"')
    for document, send in partner.send.items():
        if send.release and (send.format or partner.format) == "x12":
            yield from _release(send.release, ("send", document.value, "release"))
    if x12.version and not _VERSION.fullmatch(x12.version):
        hint = 'ISA12 is the first five digits of a release: write "00401"'
        yield Fault(("x12", "version"), f'"{clip(x12.version)}" is no ISA12', hint, x12.version)


def _release(text: str, path: KeyPath) -> Iterator[Fault]:
    from translators.x12.rules.source import SHIPPED, nearest_release

    described = ", ".join(f'"{release}"' for release in SHIPPED.releases())
    if not _RELEASE.fullmatch(text):
        hint = f"dictionaries are of {described}"
        yield Fault(path, f'"{clip(text)}" is no release of X12{_meant(text)}', hint, text)
        return
    near = nearest_release(text)
    if near[:3] != text[:3]:
        message = f'"{text}" has no dictionary here: documents are checked by that of {near}'
        hint = f"dictionaries are of {described}; `hub x12 import` makes one of your own"
        yield Fault(path, message, hint, text, severity=Severity.WARNING)


def _meant(text: str) -> str:
    """Return what a release that does not exist probably means, as it ends a message."""
    from translators.x12.rules.source import nearest_release

    if re.fullmatch(r"[3-8]0[1-7]\d", text):
        return f': did you mean "00{text}"?'
    return f'; the nearest is "{nearest_release(text)}"' if re.fullmatch(r"00[2-8]\d{3}", text) else ""
