"""TOML files with line numbers: reading, checking against a Struct, and saying what each key means.

Profiles and settings both stand on this package; it knows neither of them.
"""

from __future__ import annotations
