"""`hub partner lint`: all that is wrong with profiles, each finding with its file, line and weight.

Exit status: 0 clean, or only warnings and notes; 2 an error, or with --strict a warning; 1 Odoo did not answer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import structs

from hub.cli.context import MISUSED, answers_in_one_line, print_json, settings
from hub.model import problems
from hub.model.finding import Finding, Severity
from hub.profiles import erp_names, lint, load_partners
from hub.settings import Settings
from hub.toml.reading import as_line


@answers_in_one_line
def lint_command(
    keys: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY]...", help="Partners; all when none is named.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for a program.")] = False,
    odoo: Annotated[
        bool, typer.Option("--odoo", help="Ask Odoo, too, whether it has all that the profiles name.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="End with status 2 for a warning, too.")] = False,
) -> None:
    """Check profiles, their templates, crosswalks, maps and own dictionaries; say all that is wrong, with its line.

    An error keeps a profile from being loaded, a warning does not, a note is for your information.
    """
    config = settings()
    folder = partners_folder(config)
    wanted = tuple(keys or ())
    found = (*lint(folder, wanted), *_dictionary_findings(config))
    if odoo:
        found += _odoo_findings(config, folder, wanted)
    findings = tuple(map(_weighed, found))
    loaded = [key for key in load_partners(folder)[0] if not keys or key in keys]
    if as_json:
        print_json([_as_json(finding) for finding in findings])
    else:
        for line in lines(findings):
            typer.echo(line)
        typer.echo(_summary(findings, loaded))
    stops = (Severity.ERROR, Severity.WARNING) if strict else (Severity.ERROR,)
    raise typer.Exit(MISUSED if any(finding.severity in stops for finding in findings) else 0)


def partners_folder(config: Settings) -> Path:
    """Return the partners folder, relative when it is below us: messages are shorter and can be clicked."""
    folder, here = Path(config.paths.partners), Path.cwd()
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def _weighed(finding: Finding) -> Finding:
    """Return a finding as lint weighs it: a table that would hold every document is an error before the first comes."""
    return structs.replace(finding, severity=Severity.ERROR) if finding.severity is Severity.HOLD else finding


def lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield findings as `file:line:column: weight: message`, the form that editors jump to, and their hints."""
    for finding in findings:
        place = as_line(finding).removesuffix(finding.message)
        yield f"{place}{finding.severity}: {finding.message}"
        if finding.hint:
            yield f"    hint: {finding.hint}"


def count(number: int, noun: str) -> str:
    """Return a number with its noun: 1 error, 2 errors."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _summary(findings: Iterable[Finding], loaded: list[str]) -> str:
    """Return how it stands in one line: `2 errors, 1 warning`, or which profiles are clean."""
    weights = [finding.severity for finding in findings]
    counted = [(weights.count(weight), weight.value) for weight in (Severity.ERROR, Severity.WARNING)]
    told = ", ".join(count(number, noun) for number, noun in counted if number)
    if Severity.ERROR in weights:
        return told
    load = f"{count(len(loaded), 'profile')} {'loads' if len(loaded) == 1 else 'load'}: {', '.join(loaded)}"
    return f"{told}; {load}" if told else f"{count(len(loaded), 'profile')} clean: {', '.join(loaded)}"


def _odoo_findings(config: Settings, folder: Path, keys: tuple[str, ...]) -> tuple[Finding, ...]:
    """Return which names of the profiles Odoo does not have. Raises Retryable or Undeliverable without an answer."""
    from hub.doctor.odoo_names import missing_names
    from hub.whereabouts import open_erp

    with open_erp(config, os.environ) as erp:
        return tuple(missing_names(erp_names(folder, keys), erp))


def _dictionary_findings(found: Settings) -> tuple[Finding, ...]:
    """Return what is wrong with the user's own X12 dictionaries."""
    from translators.x12.own_dictionaries import unusable

    hint = "mend the file, or import it anew: hub x12 import"
    faults = unusable(Path(found.paths.dictionaries))
    return tuple(Finding(problems.CONFIG_VALUE, fault, hint=hint) for fault in faults)


def _as_json(finding: Finding) -> dict[str, Any]:
    where = finding.where
    return {
        "file": where.file,
        "line": where.row,
        "column": int(where.column) if where.column else None,
        "severity": finding.severity.value,
        "problem": finding.problem,
        "message": finding.message,
        "hint": finding.hint,
    }
