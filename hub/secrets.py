"""Secrets by reference: `env:NAME` is a variable, `file:NAME` a file in the secrets folder.

A value is only ever returned to the caller: no message, `repr` or log line of this module contains one.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from hub.model.errors import ConfigError

_REFERENCE = re.compile(r"(env|file):([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
MAX_BYTES = 65_536


def is_reference(text: str) -> bool:
    """Say whether the text is a well-formed reference (not whether there is anything behind it)."""
    return bool(_REFERENCE.fullmatch(text))


class Secrets:
    """Looks references up. `folder` holds the files of `file:` references, `environ` the variables."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = environ

    def __repr__(self) -> str:
        return f"Secrets({self.folder})"

    def __call__(self, reference: str) -> bytes:
        """Return the secret's bytes; the same as `read`."""
        return self.read(reference)

    def read(self, reference: str) -> bytes:
        """Return the secret as bytes, without the line end of its file.

        Raises ConfigError when the reference is malformed, nothing is there, or others may read the file.
        """
        match = _REFERENCE.fullmatch(reference)
        if not match:
            raise ConfigError(
                f'no reference to a secret ({len(reference)} characters); write "env:NAME" or "file:NAME"'
            )
        kind, name = match.groups()
        value = self._variable(name) if kind == "env" else self._file(name)
        if not value:
            raise ConfigError(f"{reference}: the secret is empty")
        return value

    def text(self, reference: str) -> str:
        """Return the secret as text (UTF-8). Raises ConfigError as `read` does."""
        try:
            return self.read(reference).decode("utf-8")
        except UnicodeDecodeError:
            raise ConfigError(f"{reference}: the secret is not text") from None

    def path(self, reference: str) -> Path:
        """Return where a `file:` reference points, whether or not the file exists."""
        match = _REFERENCE.fullmatch(reference)
        if not match or match.group(1) != "file":
            raise ConfigError('no reference to a file of secrets; write "file:NAME", a name without slashes')
        return self.folder / match.group(2)

    def write(self, reference: str, value: bytes) -> Path:
        """Make a new secret file with mode 0600 and return its path.

        Raises ConfigError when it exists already: a secret is replaced by hand, never by accident.
        """
        path = self.path(reference)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise ConfigError(f"{path}: exists already; move it away first") from None
        path.write_bytes(value)
        return path

    def _variable(self, name: str) -> bytes:
        if name not in self._environ:
            raise ConfigError(f"env:{name}: the variable {name} is not set; set it where the hub is started")
        return self._environ[name].encode("utf-8", "surrogateescape")

    def _file(self, name: str) -> bytes:
        path = self.folder / name
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode):
                    raise ConfigError(f"file:{name}: {path} is not a plain file")
                if status.st_mode & _OTHERS:
                    raise ConfigError(f"file:{name}: others may read {path}; mend it with: chmod 600 {path}")
                return file.read(MAX_BYTES).rstrip(b"\r\n")
        except FileNotFoundError:
            raise ConfigError(
                f"file:{name}: there is no {path}; write the secret into it and chmod 600 it"
            ) from None
        except OSError as error:
            raise ConfigError(f"file:{name}: {path} cannot be read: {error.strerror}") from None
