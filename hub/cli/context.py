"""What every command needs: the hub's folder, settings and parts, and how to fail in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import NoReturn, ParamSpec, TypeVar

import msgspec
import typer
from rich.console import Console

from hub.model.errors import ConfigError, Retryable, Trouble, Undeliverable
from hub.operations import Refused
from hub.settings import Settings, load_settings
from hub.store import NotFound, Store

P = ParamSpec("P")
R = TypeVar("R")

#: Beside a terminal the width is nobody's; a table is not folded then.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 250)
errors = Console(stderr=True, highlight=False, soft_wrap=True)

#: Exit codes: 0 done; 1 it could not be done; 2 wrong use or configuration.
FAILED, MISUSED = 1, 2

#: What ends in one line and FAILED.
CANNOT = (Refused, Retryable, Undeliverable, NotFound)


def home() -> Path:
    """Return the folder of the hub: HUB_ROOT, or the current one."""
    return Path(os.environ.get("HUB_ROOT", ".")).absolute()


def settings() -> Settings:
    """Return the settings, or end with every fault of them."""
    return load_settings(home(), os.environ)


@contextmanager
def open_store() -> Iterator[Store]:
    """Open the store for a command that works beside a running hub."""
    from hub.opening import make_store

    found = settings()
    kept = found.store.url.removeprefix("sqlite:///")
    if kept != found.store.url and not Path(kept).exists():
        raise ConfigError(
            f"no hub has run here yet: there is no {kept}; start one with `hub run`, or name its folder in HUB_ROOT"
        )
    store = make_store(found)
    try:
        yield store
    finally:
        store.close()


def complain(message: str) -> None:
    """Say on standard error what could not be done."""
    errors.print(f"[bold red]hub:[/] {_plain(message)}")


def fail(message: str, code: int = FAILED) -> NoReturn:
    """End the command with one clear line."""
    complain(message)
    raise typer.Exit(code)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _with_mend(fault: Exception) -> str:
    """Return what a fault says, and of one of our own disk or database also what to do."""
    if not isinstance(fault, Retryable) or fault.trouble is not Trouble.STORAGE:
        return str(fault)
    from hub.storing import mend_of

    return f"{fault}; {mend_of(str(fault))}"


def answers_in_one_line(command: Callable[P, R]) -> Callable[P, R]:
    """Turn the exceptions that a person can act on into one line and an exit code."""
    return _in_one_line(command, FAILED)


def finds_in_one_line(command: Callable[P, R]) -> Callable[P, R]:
    """The same for a command whose exit code 1 is something that it found: 2 where it could not look."""
    return _in_one_line(command, MISUSED)


def _in_one_line(command: Callable[P, R], cannot: int) -> Callable[P, R]:
    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except ConfigError as fault:
            fail(str(fault), MISUSED)
        except CANNOT as fault:
            fail(_with_mend(fault), cannot)
        except BrokenPipeError:
            sys.stderr.close()
            raise typer.Exit(0) from None
        except OSError as fault:  # a disk that is full or read-only, a folder in the place of a file
            fail(f"{fault.filename}: {fault.strerror}" if fault.filename else str(fault), cannot)

    return wrapped


def print_json(value: object) -> None:
    """Print a value as JSON for other programs."""
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def actor() -> str:
    """Return who acts, for the audit trail."""
    import getpass

    try:
        return f"cli:{getpass.getuser()}"
    except (KeyError, OSError):
        return "cli:unknown"
