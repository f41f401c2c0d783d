"""The errors that Odoo 19 answers with: their names, JSON-2 statuses and XML-RPC fault codes.

Seen on Odoo 19: 401 bad key, 403 access, 404 missing record, model or method, 409 lock, 422 user and validation
errors and bad arguments, 500 everything else (also an unknown field or a bad date). XML-RPC faults: 1 with a
traceback as text, 2 user/validation/missing, 3 login, 4 access.
"""

from __future__ import annotations

from typing import ClassVar


class OdooError(Exception):
    """Base of what a call may answer instead of a result. `status` is HTTP, `fault` XML-RPC."""

    name: ClassVar[str] = "odoo.exceptions.UserError"
    status: ClassVar[int] = 422
    fault: ClassVar[int] = 2

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def arguments(self) -> list[object]:
        """Return what JSON-2 lists as the exception's arguments; werkzeug's carry their status too."""
        return [self.message, self.status] if self.name.startswith("werkzeug.") else [self.message]


class UserError(OdooError):
    """What the user asked for cannot be done now."""


class ValidationError(OdooError):
    """A record would break a rule: something required is missing, something unique is not."""

    name = "odoo.exceptions.ValidationError"


class MissingRequired(ValidationError):
    """A required field is not set; `reason` is how `load` words it."""

    def __init__(self, label: str, field: str, model_label: str, model: str) -> None:
        self.field = field
        self.reason = (
            f"Missing required value for the field '{label}' ({field}).\nModel: '{model_label}' ({model})\n"
        )
        super().__init__(f"The operation cannot be completed: {self.reason}")


class MissingError(OdooError):
    """A record does not exist."""

    name = "odoo.exceptions.MissingError"
    status = 404

    @classmethod
    def of(cls, model: str, record: object) -> MissingError:
        """Return the error for one record id."""
        return cls(f"Record does not exist or has been deleted.\n(Record: {model}({record},), User: 2)")


class AccessError(OdooError):
    """The user may not do that, or nobody may from outside."""

    name = "odoo.exceptions.AccessError"
    status = 403
    fault = 4


class AccessDenied(OdooError):
    """The login was refused."""

    name = "odoo.exceptions.AccessDenied"
    status = 403
    fault = 3


class BadValue(OdooError):
    """A value, field or operator that does not exist: Python's ValueError inside Odoo."""

    name = "builtins.ValueError"
    status = 500
    fault = 1


class BadType(OdooError):
    """A value of the wrong shape: Python's TypeError inside Odoo."""

    name = "builtins.TypeError"
    status = 500
    fault = 1


class SerializationFailure(OdooError):
    """Two transactions got in each other's way and Odoo gave up trying again."""

    name = "psycopg2.errors.SerializationFailure"
    status = 500
    fault = 1


class Unauthorized(OdooError):
    """No key, or a bad one."""

    name = "werkzeug.exceptions.Unauthorized"
    status = 401
    fault = 3


class BadRequest(OdooError):
    """The body is not JSON."""

    name = "werkzeug.exceptions.BadRequest"
    status = 400
    fault = 1


class Unprocessable(OdooError):
    """The arguments do not fit the method."""

    name = "werkzeug.exceptions.UnprocessableEntity"
    status = 422
    fault = 1


class NotFound(OdooError):
    """There is no such method or address."""

    name = "werkzeug.exceptions.NotFound"
    status = 404
    fault = 1


class UnknownModel(NotFound):
    """There is no such model; XML-RPC words it otherwise and calls it a warning."""

    fault = 2

    def __init__(self, model: str) -> None:
        super().__init__(f"the model {model!r} does not exist")
        self.model = model
