"""The text of a new profile: the few lines that every partner needs, and comments for the next ones."""

from __future__ import annotations

from msgspec import Struct

from hub.toml.writing import toml_text, toml_value


class NewPartner(Struct, frozen=True, kw_only=True):
    """What is known of a new partner. `public_key` is an OpenSSH line for its account, if there is one."""

    key: str
    name: str
    template: str
    isa: str = ""
    public_key: str = ""


def skeleton(new: NewPartner) -> str:
    """Return the profile as TOML. It lints clean as soon as the lines marked "fill in" are filled in."""
    isa = f"isa  = {toml_text(new.isa)}" if new.isa else '# isa = "ZZ:THEIRID"'
    keys = (
        f"public_keys = {toml_value([new.public_key])}"
        if new.public_key
        else '# public_keys = ["ssh-ed25519 AAAA..."]'
    )
    return f"""\
#:schema ./schema.json
# {" ".join(new.name.split())}. What is not said here comes from {new.template}.toml.
extends = {toml_text(new.template)}
name    = {toml_text(new.name)}
status  = "testing"                 # live when both sides have seen the test documents arrive
# owner = {{ business = "orders@example.com", technical = "edi@example.com" }}

[identity]
{isa}
# gs   = "THEIRGS"                  # only where it differs from the id of isa
# odoo = {toml_text(new.key.upper())}  # their reference in Odoo; without it, the name above

[transport]
kind = "embedded"                   # an account on our SFTP server; or "sftp", "folder"
{keys}

# [receive.purchase_order.crosswalk]
# item    = "{new.key}/items.csv"   # columns: theirs,ours
# ship_to = "{new.key}/ship_to.csv"
"""
