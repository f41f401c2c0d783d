"""Sort what Odoo answers into: try again, refused by the business, never.

Each API names its errors in its own way; there is one table per API. A status code is not enough: JSON-2
answers 500 for an unknown field (permanent) and for a lost serialization race (passing).

| what came | raised |
|---|---|
| a record, right or rule of the business is against it | Refused (the gateway makes it a HOLD finding) |
| it may work later, and nothing was committed | Retryable |
| no answer to a request that may write | Retryable(in_doubt=True) |
| wrong key, no right, unknown model or field | Undeliverable |
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

from hub.model.errors import Retryable, Trouble, Undeliverable


class Refused(Undeliverable):
    """Raised when Odoo's own rules refuse a record; the message is Odoo's, fit for an operator.

    Posting methods turn it into a HOLD finding. Where nobody does (reading), it is what it is: undeliverable.
    `named`: of many records of one call, the places of those that it names, counted from 0.
    """

    def __init__(self, message: str, named: frozenset[int] = frozenset()) -> None:
        super().__init__(message)
        self.named = named


class Sort(Enum):
    """How an error of Odoo is met."""

    RETRY = "retry"  # a lost race
    OVERLOADED = "overloaded"  # asks for less
    REFUSED = "refused"
    NEVER = "never"


#: JSON-2: the field `name` of the error body, without its module (`odoo.exceptions.UserError` -> UserError).
BY_NAME: Mapping[str, Sort] = {
    "UserError": Sort.REFUSED,
    "ValidationError": Sort.REFUSED,
    "RedirectWarning": Sort.REFUSED,
    "MissingError": Sort.REFUSED,
    "UniqueViolation": Sort.REFUSED,
    "LockError": Sort.RETRY,
    "SerializationFailure": Sort.RETRY,
    "DeadlockDetected": Sort.RETRY,
    "LockNotAvailable": Sort.RETRY,
    "TransactionRollbackError": Sort.RETRY,
    "OperationalError": Sort.RETRY,
    "InterfaceError": Sort.RETRY,
    "PoolError": Sort.RETRY,
    "ConcurrencyError": Sort.RETRY,
    "TooManyRequests": Sort.OVERLOADED,
    "ServiceUnavailable": Sort.OVERLOADED,
    "AccessError": Sort.NEVER,
    "AccessDenied": Sort.NEVER,
    "Unauthorized": Sort.NEVER,
    "SessionExpiredException": Sort.NEVER,
    "Forbidden": Sort.NEVER,
    "NotFound": Sort.NEVER,
    "UnprocessableEntity": Sort.NEVER,
    "ValueError": Sort.NEVER,
    "KeyError": Sort.NEVER,
    "TypeError": Sort.NEVER,
    "AttributeError": Sort.NEVER,
}

#: JSON-2 and XML-RPC: an answer without a body that names its error (a proxy's page, a wrong database).
#: The second value: the server behind the proxy may have carried the request out.
BY_STATUS: Mapping[int, tuple[Sort, bool]] = {
    408: (Sort.RETRY, True),
    429: (Sort.RETRY, False),
    500: (Sort.RETRY, True),
    502: (Sort.RETRY, True),
    503: (Sort.RETRY, False),
    504: (Sort.RETRY, True),
}

#: How soon another try may do better: what Odoo says itself, and the statuses that ask for less.
_TROUBLES = {Sort.RETRY: Trouble.BUSY, Sort.OVERLOADED: Trouble.OVERLOADED}
_OVERLOADED = frozenset({429, 503})

#: What to look at when a status says nothing more.
HINTS: Mapping[int, str] = {
    301: " (it redirects: use the address that it leads to)",
    302: " (it redirects: use the address that it leads to)",
    307: " (it redirects: use the address that it leads to)",
    308: " (it redirects: use the address that it leads to)",
    401: " (is the API key right, and not expired?)",
    404: " (is the database's name right, and is the module rpc installed?)",
}

#: XML-RPC: the fault code; 1 is "any other", and its text is a traceback whose last line names the error.
BY_FAULT: Mapping[int, Sort] = {2: Sort.REFUSED, 3: Sort.NEVER, 4: Sort.NEVER}

#: `load()` answers 200 with messages; these fragments tell a lost race from a refusal.
PASSING = (
    "could not serialize access",
    "deadlock detected",
    "could not obtain lock",
    "SerializationFailure",
    "current transaction is aborted",
)

_TRACEBACK_END = re.compile(r"^([A-Za-z_][\w.]*)(?:: (.*))?$", re.MULTILINE)


def json2_error(status: int, body: object, *, writes: bool, what: str) -> Exception:
    """Return the exception for a JSON-2 answer that is not 200; `body` is its JSON, or None."""
    if isinstance(body, dict) and isinstance(body.get("name"), str):
        name = body["name"].rpartition(".")[2]
        return _made(BY_NAME.get(name, Sort.NEVER), str(body.get("message", "")).strip() or name, what)
    return status_error(status, writes=writes, what=what)


def status_error(status: int, *, writes: bool, what: str) -> Exception:
    """Return the exception for an HTTP status without a body that says more."""
    sort, maybe_done = BY_STATUS.get(status, (Sort.NEVER, False))
    if sort is Sort.RETRY:
        trouble = Trouble.OVERLOADED if status in _OVERLOADED else Trouble.FAILED
        return Retryable(f"{what}: HTTP status {status}", in_doubt=writes and maybe_done, trouble=trouble)
    return Undeliverable(f"{what}: HTTP status {status}{HINTS.get(status, '')}")


def fault_error(code: int, text: str, what: str) -> Exception | None:
    """Return the exception for an XML-RPC fault, or None when it is no failure.

    A method that returned None cannot be answered by XML-RPC: the fault says so after the commit.
    """
    if code in BY_FAULT:
        return _made(BY_FAULT[code], text.strip(), what)
    if "cannot marshal None" in text:
        return None
    name, message = _raised(text)
    return _made(BY_NAME.get(name, Sort.NEVER), message or name, what)


def load_error(messages: list[Mapping[str, Any]], what: str) -> Exception:
    """Return the exception for a `load()` that loaded nothing."""
    texts = list(dict.fromkeys(str(m.get("message", "")).strip() for m in messages))
    joined = "; ".join(t for t in texts if t) or "load() gave no reason"
    if any(fragment in joined for fragment in PASSING):
        return _made(Sort.RETRY, joined, what)
    return Refused(joined, frozenset(m["record"] for m in messages if isinstance(m.get("record"), int)))


def _raised(traceback: str) -> tuple[str, str]:
    """Return name and message of the error that a traceback's text ends with."""
    for match in reversed(list(_TRACEBACK_END.finditer(traceback))):
        name = match.group(1).rpartition(".")[2]
        if name in BY_NAME or name.endswith(("Error", "Exception")):
            return name, (match.group(2) or "").strip()
    lines = traceback.strip().splitlines()
    return "", lines[-1] if lines else "an error without text"


def _made(sort: Sort, message: str, what: str) -> Exception:
    """Return the exception of a sort. What Odoo answers itself is rolled back, hence never in doubt."""
    if sort is Sort.REFUSED:
        return Refused(message)
    if sort in _TROUBLES:
        return Retryable(f"{what}: {message}", trouble=_TROUBLES[sort])
    return Undeliverable(f"{what}: {message}")
