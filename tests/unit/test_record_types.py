"""Record types in a profile: what lint refuses, with its line, and what it lets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.model.record_types import record_type_for
from hub.profiles import load_partners
from hub.toml.reading import as_line

HEAD = 'name = "Field Crew"\nformat = "csv"\n'
GOOD = """
[records.hours]
match = "hours_*.csv"
model = "account.analytic.line"
system_of_record = "partner"
key = ["Unit", "Day"]

[records.hours.fields]
name = "Unit"
date = { column = "Day", type = "date", format = "%d.%m.%Y", required = true }
unit_amount = { column = "Minutes", type = "decimal", factor = "0.0166666667" }
account_id = { column = "Job", look_up = "account.analytic.account", by = "code" }
"""
OUT = """
[records.jobs]
direction = "out"
model = "project.project"
system_of_record = "odoo"
every = "1h"
domain = '[["active", "=", true]]'
fields.name = "Project"
fields."partner_id.ref" = "Customer"
"""


def faults(folder: Path, text: str) -> list[str]:
    (folder / "crew.toml").write_text(HEAD + text)
    return [as_line(finding).replace(f"{folder.as_posix()}/", "") for finding in load_partners(folder)[1]]


@pytest.mark.parametrize("text", [GOOD, OUT, GOOD + OUT])
def test_a_sound_record_type_loads(tmp_path: Path, text: str) -> None:
    assert faults(tmp_path, text) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "account.analytic.line",
            "res.users",
            "res.users is never written by files: it decides who may log in",
        ),
        (
            "account.analytic.line",
            "ir.model.access",
            "is never written by files: it is how Odoo itself works",
        ),
        (
            "account.analytic.line",
            "account.payment",
            "account.payment is never written by files: it moves money",
        ),
        ("account.analytic.line", "Analytic Line", '"Analytic Line" is no model'),
        ('system_of_record = "partner"', "", '"records.hours.system_of_record" is missing'),
        ('system_of_record = "partner"', 'system_of_record = "odoo"', "Odoo owns every field"),
        (
            'system_of_record = "partner"',
            'system_of_record = "odoo"\nowner.name = "partner"',
            "a file makes no new records",
        ),
        ('key = ["Unit", "Day"]', "", '"records.hours.key" is missing'),
        ('match = "hours_*.csv"', "", '"records.hours.match" is missing'),
        ('name = "Unit"', 'state = "Unit"', '"state" is never written by files: records are drafts'),
        ('name = "Unit"', 'group_ids = "Unit"', "it gives somebody rights"),
        ('name = "Unit"', 'write_date = "Unit"', "Odoo fills it in by itself"),
        ('name = "Unit"', '"na.me" = "Unit"', '"na.me" is no field'),
        ('name = "Unit"', "name = { required = true }", "it comes from nowhere"),
        ('name = "Unit"', 'name = { colum = "Unit" }', 'unknown key "colum": did you mean "column"?'),
        ('name = "Unit"', 'name = { column = "Unit", factor = "2" }', "only a decimal is multiplied"),
        (
            'name = "Unit"',
            'name = { column = "Unit", look_up = "res.partner" }',
            "a look-up needs a model and",
        ),
        (
            'name = "Unit"',
            'name = { column = "U", look_up = "res.users", by = "login" }',
            "is never read by files",
        ),
        ('name = "Unit"', 'name = { column = "Unit", crosswalk = "no.csv" }', 'there is no file "no.csv"'),
        ('name = "Unit"', 'name = { column = "Unit", crosswalk = "../x.csv" }', "leaves the partners folder"),
        (
            'match = "hours_*.csv"',
            'match = "h*"\nevery = "1h"',
            "says nothing of what comes in",
        ),
        ('match = "hours_*.csv"', 'match = "h*"\nzone = "Mars/Base"', '"Mars/Base" is no time zone'),
        ('match = "hours_*.csv"', 'match = "h*"\nbatch = 0', "a batch has 1 to"),
        ('match = "hours_*.csv"', 'match = "h*"\npolicy = "update"', "nothing says how they are found"),
        ('match = "hours_*.csv"', 'match = "h*"\nfind_by = ["code"]', '"code" is not mapped'),
        ('match = "hours_*.csv"', 'match = "h*"\nowner.code = "odoo"', '"code" cannot be owned by "odoo"'),
        ('match = "hours_*.csv"', 'match = "h*"\nformat = "xml"', '"records.hours.nodes" is missing'),
        ('match = "hours_*.csv"', 'match = "h*"\nformat = "xml"\nnodes = "//a["', "is not an XPath"),
    ],
)
def test_what_must_not_be_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    found = faults(tmp_path, GOOD.replace(old, new))
    assert any(said in line for line in found), found
    assert all(line.startswith("crew.toml:") for line in found)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("project.project", "ir.config_parameter", "is never read by files"),
        ('every = "1h"', "", '"records.jobs.every" is missing'),
        ('every = "1h"', 'every = "5s"', "more than once a minute"),
        ('every = "1h"', 'every = "1d"\nat = "25:00"', '"25:00" is no time of day'),
        ('every = "1h"', 'every = "1h"\nname = "jobs.csv"', "all files would have the same name"),
        ('every = "1h"', 'every = "1h"\nname = "../{date}.csv"', "more than a file name"),
        ('every = "1h"', 'every = "1h"\nname = "{day}.csv"', "no pattern of file names"),
        ("""'[["active", "=", true]]'""", '"active"', "it is no domain"),
        ('system_of_record = "odoo"', 'system_of_record = "partner"', "its own data as ours"),
        ('fields.name = "Project"', 'fields."user_id.password" = "P"', "it is a secret"),
    ],
)
def test_what_must_not_go_out_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert OUT.count(old) == 1
    found = faults(tmp_path, OUT.replace(old, new))
    assert any(said in line for line in found), found


def test_a_file_is_known_by_its_name_whatever_its_case(tmp_path: Path) -> None:
    faults(tmp_path, GOOD)
    partner = load_partners(tmp_path)[0]["crew"]
    assert record_type_for(partner.records, "in/HOURS_0711.CSV") == "hours"
    assert record_type_for(partner.records, "order.csv") == ""
