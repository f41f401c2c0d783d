"""`hub x12 import` and `export`: dictionaries of other engines become ours, and ours become maps of pyx12.

Exit status: 0 done, 2 a file cannot be used, or wrong use.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer
from msgspec import structs

from hub.cli.context import answers_in_one_line, print_json, settings
from hub.model.errors import ConfigError

Into = Annotated[
    Path | None, typer.Option("--into", help="The folder of dictionaries; default: [paths] dictionaries.")
]
Sources = Annotated[
    list[Path], typer.Argument(metavar="SOURCE...", help="Files, or a directory such as pyx12's map folder.")
]
Form = Annotated[
    Literal["auto", "pyx12", "staedi", "biztalk", "bots"],
    typer.Option("--format", help="What the files are; auto looks into them."),
]


_LEFT_OUT = "left out: "  # files of a directory that could not be read: of the whole run, of no release
_MOST_LEFT_OUT = 5


@answers_in_one_line
def import_command(
    sources: Sources,
    into: Into = None,
    form: Form = "auto",
    release: Annotated[
        str, typer.Option(help="The release (004010) or guide (005010X222A1), where a file does not tell.")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Write anew what is there already.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make dictionaries of maps of pyx12, EDISchema of StAEDI, XSD of BizTalk or grammars of Bots.

    You need the right to use what those files describe. Example: hub x12 import maps/837.5010.X222.A1.xml
    """
    from translators.x12.importers.reading import RIGHT, read_sources, write_imports

    folder = into or Path(settings().paths.dictionaries)
    done = write_imports(read_sources(sources, form, release), folder, replace=replace)
    if as_json:
        print_json([{**structs.asdict(one), "folder": str(one.folder)} for one in done])
        return
    for one in done:
        sets = ", ".join(one.sets)
        typer.echo(f"{one.folder}: {sets}; {one.segments} segments, {one.elements} elements")
        for note in (note for note in one.notes if not note.startswith(_LEFT_OUT)):
            typer.echo(f"  {note}")
    left_out = dict.fromkeys(note for one in done for note in one.notes if note.startswith(_LEFT_OUT))
    for note in list(left_out)[:_MOST_LEFT_OUT]:
        typer.echo(note)
    if len(left_out) > _MOST_LEFT_OUT:
        typer.echo(f"left out: {len(left_out) - _MOST_LEFT_OUT} more; --json names them all")
    typer.echo(RIGHT)


@answers_in_one_line
def export(
    set_ids: Annotated[
        list[str] | None, typer.Argument(metavar="[SET]...", help="Sets, such as 850 856; all when none.")
    ] = None,
    to: Annotated[Path, typer.Option("--to", help="The directory to write; it is made.")] = Path(
        "pyx12-maps"
    ),
    release: Annotated[str, typer.Option(help="A described release.")] = "004010",
) -> None:
    """Write our dictionaries as a map directory of pyx12 (its option map_path).

    Example: hub x12 export --to maps --release 004010 850 856
    """
    from translators.x12.exporters.pyx12 import unsayable, write_pyx12_maps
    from translators.x12.own_dictionaries import library_with
    from translators.x12.rules.source import load

    library = library_with(Path(settings().paths.dictionaries))
    if release not in library.releases():
        raise ConfigError(f"{release!r} is not described; these are: {', '.join(library.releases())}")
    described = load(release, library).sets
    wanted = set_ids or sorted(described)
    unknown = [set_id for set_id in wanted if set_id not in described]
    if unknown:
        raise ConfigError(f"{release} has no {', '.join(unknown)}; it has {', '.join(sorted(described))}")
    write_pyx12_maps(to, release, wanted, library)
    typer.echo(f"{to}: {', '.join(wanted)} of {release}")
    for note in unsayable(release, wanted, library):
        typer.echo(f"  not said there: {note}")
