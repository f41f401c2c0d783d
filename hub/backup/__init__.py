"""Backup and restore: one file with the log, the ledgers, the payloads, the profiles and the settings."""

from __future__ import annotations

from hub.backup.aftermath import Restored, ToCheck
from hub.backup.checking import check_backup
from hub.backup.form import Header, Manifest
from hub.backup.restoring import Plan, restore
from hub.backup.writing import write_backup

__all__ = ["Header", "Manifest", "Plan", "Restored", "ToCheck", "check_backup", "restore", "write_backup"]
