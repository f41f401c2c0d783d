"""One file a revision, in the order of `down_revision`."""

from __future__ import annotations
