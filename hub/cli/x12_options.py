"""By what files are read: the options that all commands of `hub x12` share, and the rules that come of them."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.context import MISUSED, fail, settings
from hub.model.errors import ConfigError
from hub.model.partner import Partner
from translators.x12.characters import AS_IT_COMES, Reading, codec_of
from translators.x12.own_dictionaries import library_with
from translators.x12.rules.source import RELEASE, Library
from translators.x12.tools.reading import Rules

PartnerKey = Annotated[
    str,
    typer.Option("--partner", metavar="KEY", help="Use the guideline and options of a partner's profile."),
]
Release = Annotated[
    str, typer.Option(metavar="GS08", help="Read by this release instead of the one that GS08 names.")
]
Wrapped = Annotated[bool, typer.Option("--wrapped", help="Take out line ends that stand inside segments.")]
Encoding = Annotated[
    str, typer.Option("--encoding", metavar="CODEC", help="Read in this code page, such as cp037 (EBCDIC).")
]
Dictionaries = Annotated[
    Path | None,
    typer.Option(
        "--dictionaries", metavar="DIR", help="Dictionaries laid over ours; default: those of the hub."
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="What our dictionary lacks is an error.")]


def rules(
    partner: PartnerKey = "",
    release: Release = "",
    wrapped: Wrapped = False,
    encoding: Encoding = "",
    dictionaries: Dictionaries = None,
) -> Rules:
    """Return by what files are read and held; options go before a profile. Raises ConfigError for unusable ones."""
    if encoding and codec_of(encoding) is None:
        fail(f"no X12 can be read as {encoding!r}; write a codec of Python, such as cp037", MISUSED)
    library = own_library(dictionaries)
    if release:
        require_release(release, library)
    found = find_partner(partner) if partner else None
    agreed = Reading(found.x12.wrapped, found.x12.encoding) if found else AS_IT_COMES
    reading = Reading(wrapped or agreed.wrapped, encoding or agreed.encoding)
    return Rules(release=release, partner=found, library=library, reading=reading)


def with_rules(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options of `rules` in the place of its parameter `by`, which gets what they come to."""
    signature = inspect.signature(command, eval_str=True)
    options = list(inspect.signature(rules, eval_str=True).parameters.values())
    own = [p for p in signature.parameters.values() if p.name != "by"]

    @wraps(command)
    def with_options(**given: object) -> None:
        chosen = {option.name: given.pop(option.name) for option in options}
        make: Callable[..., Rules] = rules
        command(**given, by=make(**chosen))

    # what typer reads the options of a command from
    with_options.__dict__["__signature__"] = signature.replace(parameters=[*own, *options])
    return with_options


def own_library(dictionaries: Path | None = None) -> Library:
    """Return the dictionaries that are used here: ours, with those of a folder laid over them, by default the hub's."""
    if dictionaries and not dictionaries.is_dir():
        raise ConfigError(f"{dictionaries}: there is no such folder of dictionaries")
    return library_with(dictionaries or Path(settings().paths.dictionaries))


def require_release(release: str, library: Library) -> None:
    """End the command in one line when a word cannot be a release. A release that we lack is read by the nearest."""
    if not RELEASE.fullmatch(release):
        known = ", ".join(library.releases())
        fail(f"{release!r} is no release; write six digits, such as 004010; we describe {known}", MISUSED)


def find_partner(key: str) -> Partner:
    """Return one partner of the hub's folder. Raises ConfigError when there is none, or its profile does not load."""
    from hub.profiles import load_partners

    folder = Path(settings().paths.partners)
    partners, findings = load_partners(folder)
    if key in partners:
        return partners[key]
    mine = [f.line() for f in findings if f.fatal and Path(f.where.file).stem == key]
    raise ConfigError("\n".join(mine) or f"there is no partner {key!r}{did_you_mean(key, partners)}")


def did_you_mean(word: str, known: object) -> str:
    """Return a question about the nearest known word, "" when none is near."""
    words = sorted(map(str, known)) if hasattr(known, "__iter__") else []
    near = difflib.get_close_matches(word, words, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
