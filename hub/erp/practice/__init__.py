"""The practice Odoo: a small stand-in for a machine without Odoo, answering as Odoo 19 does."""

from __future__ import annotations
