"""The apps of the practice Odoo: what sale, stock, purchase and account add to plain records."""

from __future__ import annotations
