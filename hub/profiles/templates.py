"""What a new partner starts with: a profile, tables and a sample that can be tried at once, from its template's folder.

Beside `partners/_NAME.toml` may stand a folder `partners/_NAME/`. Its `profile.toml` is what such a partner has to say
of himself; its other files are copied to the partner's folder. In both, words in braces are filled in:

| word | becomes |
|---|---|
| `{key}`, `{KEY}` | the partner's key, in small and in capital letters |
| `{isa}`, `{qualifier}`, `{id}`, `{id15}` | their interchange id as profiles, ISA05, GS02 and ISA06 have it |
| `{our_qualifier}`, `{our_id}`, `{our_id15}` | ours, alike |
| `{+14:%Y-%m-%d}` | the day in fourteen days: a sample asks for days that are to come |
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from msgspec import Struct

from hub.toml.writing import toml_text, toml_value

PROFILE = "profile.toml"
_WORD = re.compile(r"\{(?:(?P<word>[a-zA-Z_]\w*)|(?P<days>[+-]\d{1,3}):(?P<form>[^{}]*%[^{}]*))\}")

#: What a partner of a template without a folder has to say.
_PLAIN = """\
[identity]
isa  = "{isa}"{fill}
# gs   = "THEIRGS"                  # only where it differs from the id of isa
# odoo = "{KEY}"                    # their reference in Odoo; without it, the name above

# [receive.purchase_order.crosswalk]
# item    = "{key}/items.csv"       # columns: theirs,ours
# ship_to = "{key}/ship_to.csv"
"""


class NewPartner(Struct, frozen=True, kw_only=True):
    """What is known of a new partner. `isa` and `our_isa` are "qualifier:id"; `public_key` an OpenSSH line."""

    key: str
    name: str
    template: str
    our_isa: str
    today: dt.date
    isa: str = ""
    public_key: str = ""


class Template(Struct, frozen=True):
    """A template of a folder of profiles: its name, what it is for, and the samples that come with it."""

    name: str
    what: str
    samples: tuple[str, ...] = ()


def templates(folder: Path) -> list[Template]:
    """Return the templates of a folder of profiles, each with the words of its first comment."""
    return [
        Template(file.stem, _what(file), tuple(sorted(f.name for f in folder.glob(f"{file.stem}/samples/*"))))
        for file in sorted(folder.glob("_*.toml"))
    ]


def new_files(folder: Path, new: NewPartner) -> dict[PurePosixPath, str]:
    """Return the files of a new partner by their paths in the folder of profiles; the profile is the first."""
    own = folder / new.template
    words = _words(new)
    body = (own / PROFILE).read_text("utf-8") if (own / PROFILE).is_file() else _PLAIN
    files = {PurePosixPath(f"{new.key}.toml"): f"{_head(new)}\n{_filled(body, words, new.today)}"}
    for file in sorted(own.rglob("*")):
        relative = file.relative_to(own)
        if file.is_file() and relative.as_posix() != PROFILE:
            files[PurePosixPath(new.key) / relative.as_posix()] = _filled(
                file.read_text("utf-8"), words, new.today
            )
    return files


def _head(new: NewPartner) -> str:
    """Return what every profile begins with."""
    keys = (
        f"public_keys = {toml_value([new.public_key])}"
        if new.public_key
        else '# public_keys = ["ssh-ed25519 AAAA..."]'
    )
    return f"""\
#:schema ./schema.json
# {" ".join(new.name.split())}. What is not said here comes from {new.template}.toml.
extends = {toml_text(new.template)}
name    = {toml_text(new.name)}
status  = "testing"                 # live when both sides have seen the test documents arrive
# owner = {{ business = "orders@example.com", technical = "edi@example.com" }}

[transport]
kind = "embedded"                   # an account on our SFTP server; or "sftp", "folder"
{keys}
"""


def _words(new: NewPartner) -> dict[str, str]:
    """Return what stands for each word; an id that is not known yet is made of the key, to be filled in."""
    theirs = new.isa or f"ZZ:{re.sub('[^A-Z0-9]', '', new.key.upper())[:15]}"
    qualifier, _, name = theirs.partition(":")
    our_qualifier, _, our_name = new.our_isa.partition(":")
    return {
        "key": new.key,
        "KEY": new.key.upper(),
        "isa": theirs,
        "fill": "" if new.isa else f"{'':{max(1, 27 - len(theirs))}}# fill in: qualifier:id as they write it",
        "qualifier": qualifier,
        "id": name,
        "id15": f"{name:15}",
        "our_qualifier": our_qualifier,
        "our_id": our_name,
        "our_id15": f"{our_name:15}",
    }


def _filled(text: str, words: dict[str, str], today: dt.date) -> str:
    """Return a text with the words and days in braces filled in; other braces stay."""

    def fill(match: re.Match[str]) -> str:
        if match["days"]:
            return (today + dt.timedelta(days=int(match["days"]))).strftime(match["form"])
        return words.get(match["word"], match[0])

    return _WORD.sub(fill, text)


def _what(file: Path) -> str:
    """Return what a template says that it is for, in its first comment: `# Template: ...`."""
    return next(_comments(file), "").removeprefix("Template:").strip()


def _comments(file: Path) -> Iterator[str]:
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("# "):
                yield line[2:].strip()
