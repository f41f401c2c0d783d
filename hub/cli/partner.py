"""`hub partner`: lint, list, show, make and try the connection of partner profiles.

Exit status: 0 all well, 1 the partner's side does not answer as agreed, 2 a profile or setting is wrong.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from hub.cli.context import FAILED, MISUSED, answers_in_one_line, fail, print_json, settings
from hub.cli.lint import count, lines, lint_command, partners_folder
from hub.cli.tables import print_table
from hub.model.errors import ConfigError, Retryable, Undeliverable
from hub.model.partner import INTERCHANGE_ID, Partner
from hub.opening import utc_now
from hub.profiles import effective, lint, load_partners
from hub.profiles.templates import NewPartner, new_files, templates
from hub.secrets import Secrets
from hub.settings import Settings
from hub.toml.writing import toml_lines

app = typer.Typer(help="Trading partners: their profiles and connections.", no_args_is_help=True)
app.command("lint")(lint_command)

Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Key = Annotated[str, typer.Argument(metavar="KEY", help="The partner: its file's name without .toml.")]


@app.command("list")
@answers_in_one_line
def list_command(as_json: Json = False) -> None:
    """List the partners whose profiles load."""
    partners, findings = load_partners(partners_folder(settings()))
    if as_json:
        print_json(list(partners.values()))
    else:
        headers = ("key", "name", "status", "format", "identity", "transport", "receives", "sends")
        print_table(headers, [_row(partner) for partner in partners.values()])
    errors = sum(finding.fatal for finding in findings)
    if errors:
        typer.echo(f"{count(errors, 'error')} in the other profiles: hub partner lint", err=True)


@app.command("show")
@answers_in_one_line
def show_command(
    key: Key,
    merged: Annotated[
        bool, typer.Option("--effective", help="Only what files say, and the file and line that says it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show a partner with its templates merged in and every default."""
    folder = partners_folder(settings())
    if merged:
        typer.echo(effective(folder, key), nl=False)
        return
    partner = _partner(folder, key)
    if as_json:
        print_json(partner)
    else:
        typer.echo("\n".join(toml_lines(msgspec.to_builtins(partner))))


@app.command("new")
@answers_in_one_line
def new_command(
    key: Annotated[
        str, typer.Argument(metavar="[KEY]", help="The partner: its file's name without .toml.")
    ] = "",
    template: Annotated[str, typer.Option(help="The template to build on.")] = "_x12_customer",
    name: Annotated[str, typer.Option(help="The partner's name; default: the key.")] = "",
    isa: Annotated[str, typer.Option(help='Their interchange id, "ZZ:THEIRID".')] = "",
    key_pair: Annotated[
        bool, typer.Option("--key-pair", help="Make an SSH key pair for their account, too.")
    ] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the templates, and make nothing.")] = False,
) -> None:
    """Write the profile of a new partner and a sample of theirs that can be tried at once; say what to do next."""
    config = settings()
    folder = partners_folder(config)
    if listed:
        _list_templates(folder)
        return
    if not key:
        fail("name the new partner: hub partner new KEY; --list shows the templates", MISUSED)
    if isa and not INTERCHANGE_ID.fullmatch(isa):
        fail(f'{isa!r} is no interchange id; write "ZZ:THEIRID": qualifier, colon, id', MISUSED)
    _check_new(folder, key, template)
    public_key = _make_key_pair(config, key) if key_pair else ""
    new = NewPartner(
        key=key,
        name=name or key,
        template=_template_name(template),
        our_isa=config.company.isa,
        today=utc_now().astimezone().date(),
        isa=isa,
        public_key=public_key,
    )
    written = _write(folder, new)
    if key_pair:
        typer.echo(
            f"wrote {_key_path(config, key)} and its .pub: the private one is for them, send it safely"
        )
    typer.echo("next:")
    for step in _next_steps(written, key):
        typer.echo(f"  {step}")


@app.command("connect")
@answers_in_one_line
def connect_command(key: Key) -> None:
    """Open a partner's mailbox and try what the agreement needs: list, write, rename, read, delete."""
    from hub.transports.opening import open_mailbox

    config = settings()
    partner = _partner(partners_folder(config), key)
    secrets = Secrets(Path(config.paths.secrets), os.environ)
    mailbox = open_mailbox(partner, Path(config.paths.inbox), Path(config.sftp_server.root), secrets)
    try:
        faults = mailbox.probe()
    except (Retryable, Undeliverable) as error:
        faults = [str(error)]
    finally:
        mailbox.close()
    for fault in faults:
        typer.echo(f"{key}: {fault}", err=True)
    if faults:
        raise typer.Exit(FAILED)
    typer.echo(f"{key}: {partner.transport.kind} mailbox answers; list, write, rename, read and delete work")


def _partner(folder: Path, key: str) -> Partner:
    """Return one partner. Raises ConfigError, with its findings, when its profile does not load."""
    findings = lint(folder, (key,))
    partners = load_partners(folder)[0]
    if key not in partners:
        faults = [finding for finding in findings if finding.fatal]
        raise ConfigError("\n".join(lines(faults)) or f"{key} is a template, not a partner")
    return partners[key]


def _row(partner: Partner) -> tuple[str, ...]:
    transport = partner.transport
    where = f"sftp {transport.host}" if transport.kind == "sftp" else transport.kind
    receives, sends = " ".join(partner.receive), " ".join(partner.send)
    return (
        partner.key,
        partner.name,
        partner.status,
        partner.format,
        partner.identity.isa,
        where,
        receives,
        sends,
    )


def _template_name(template: str) -> str:
    return "_" + template.removesuffix(".toml").removeprefix("_")


def _list_templates(folder: Path) -> None:
    rows = [(found.name, found.what, " ".join(found.samples)) for found in templates(folder)]
    print_table(("template", "what", "its samples"), rows)


def _check_new(folder: Path, key: str, template: str) -> None:
    """Raise ConfigError when there can be no such new partner."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", key):
        raise ConfigError(f'"{key}" cannot be a key: small letters, digits, - and _, at most 40')
    lint(folder, (_template_name(template),))
    path = folder / f"{key}.toml"
    if path.exists():
        raise ConfigError(f"{path.as_posix()} exists already; edit it, or take another key")


def _write(folder: Path, new: NewPartner) -> list[Path]:
    """Write the files of a new partner, none over one that is there; return those that were written."""
    (folder / new.key / "samples").mkdir(parents=True, exist_ok=True)
    written = []
    for relative, text in new_files(folder, new).items():
        path = folder / relative
        if path.exists():
            typer.echo(f"kept  {path.as_posix()}: it was there")
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        typer.echo(f"wrote {path.as_posix()}")
        written.append(path)
    return written


def _key_path(config: Settings, key: str) -> Path:
    return Path(config.paths.secrets) / f"{key}_sftp"


def _make_key_pair(config: Settings, key: str) -> str:
    """Make the key pair of an account and return its public line. Raises ConfigError when there is one."""
    from hub.transports.keys import generate_key

    try:
        return generate_key(_key_path(config, key))
    except FileExistsError:
        raise ConfigError(f"{_key_path(config, key)} exists already; move it away first") from None


def _next_steps(written: list[Path], key: str) -> Iterator[str]:
    """Yield what to do: what is to be filled in, and the sample to try first."""
    profile = written[0]
    if "# fill in" in profile.read_text("utf-8"):
        yield f'fill in the lines marked "fill in" in {profile.as_posix()}'
    samples = [path.as_posix() for path in written[1:] if path.parent.name == "samples"]
    tried = f"hub partner try --partner {key}"
    if "[records." in profile.read_text("utf-8"):
        tried = f"hub records try --offline --partner {key}"
    yield f"hub partner lint {key}"
    yield f"{tried} {samples[0] if samples else 'FILE'}"
    yield f"put a file of theirs into {(profile.parent / key / 'samples').as_posix()}, and try it"
    yield f"hub partner lint {key} --odoo"
    yield f"hub partner connect {key}"
    yield 'status = "live" when their test documents come through'
