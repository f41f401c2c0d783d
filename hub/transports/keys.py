"""SSH keys: make them, read them, and name them by their SHA256 fingerprint as OpenSSH prints it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import os
from itertools import pairwise
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hub.model.errors import ConfigError

#: What we read; DSA is dead.
KEY_CLASSES: tuple[type[paramiko.PKey], ...] = (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey)


def fingerprint(key: paramiko.PKey | bytes) -> str:
    """Return `SHA256:...` of a public key (or its wire form), as `ssh-keygen -l` prints it."""
    blob = key if isinstance(key, bytes) else key.asbytes()
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def generate_key(path: Path) -> str:
    """Write a new ed25519 pair (`path` with mode 0600, `path`.pub) and return the public line.

    Raises FileExistsError rather than write over a key.
    """
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(private)
    path.with_name(path.name + ".pub").write_bytes(public + b"\n")
    return public.decode()


def load_or_generate(path: Path) -> paramiko.PKey:
    """Return the private key at the path, made at the first call; ConfigError for anything else there."""
    if not path.exists():
        generate_key(path)
    return read_private_key(path.read_bytes(), str(path))


def read_private_key(secret: bytes | str, origin: str) -> paramiko.PKey:
    """Read an unencrypted private key (OpenSSH or PEM). `origin` names it in the message of ConfigError."""
    text = secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret
    for kind in KEY_CLASSES:
        try:
            return kind.from_private_key(io.StringIO(text.strip() + "\n"))
        except (paramiko.SSHException, ValueError, IndexError):
            continue  # another kind of key
    raise ConfigError(
        f"{origin}: not a private key that can be read; give an unencrypted ed25519, ECDSA or RSA key"
    )


def public_blob(line: str) -> bytes:
    """Return the wire form of an OpenSSH public key line; b"" when it is none, so that it matches no key."""
    words = line.split()
    for kind, text in pairwise(words):  # options may stand before the type
        if kind.startswith(("ssh-", "ecdsa-sha2-")):
            try:
                return base64.b64decode(text, validate=True)
            except binascii.Error:
                return b""
    return b""
