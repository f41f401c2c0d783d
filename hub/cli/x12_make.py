"""`hub x12 new` and `scrub`: files to show and to test with."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer
from msgspec.structs import replace

from hub.cli.context import answers_in_one_line, fail
from hub.cli.x12_files import File, PartnerKey, Release, opened, require_set, rules
from hub.model.envelope import Address, Delimiters, Envelope
from hub.model.partner import Partner
from translators.errors import Unwritable
from translators.x12.sets import doctype
from translators.x12.tools.new import ENVELOPE, new_interchange
from translators.x12.tools.scrub import scrub as scrubbed

Seed = Annotated[
    str, typer.Option(help="A secret word: the same word gives the same sample. Default: a new one.")
]


@answers_in_one_line
def new(
    set_id: Annotated[str, typer.Argument(metavar="SET", help="The transaction set, such as 850.")],
    release: Release = "",
    partner: PartnerKey = "",
    full: Annotated[bool, typer.Option("--full", help="All that the dictionary describes, once.")] = False,
    seed: Annotated[int, typer.Option(help="Another number gives another example.")] = 1,
) -> None:
    """Print a valid example of a set: what is mandatory and usual, or all of it.

    Example: hub x12 new 850 --partner acme
    """
    by = rules(release, partner)
    us = by.partner
    wanted = release or (us.x12.release if us else ENVELOPE.release)
    require_set(set_id, wanted, by.library)
    envelope = replace(_envelope(us) if us else ENVELOPE, release=wanted)
    try:
        demands = by.guideline(doctype(set_id))
        data = new_interchange(set_id, envelope, demands, seed=seed, full=full, library=by.library)
    except Unwritable as error:
        fail(f"the example cannot be written in the partner's dialect: {error}")
    sys.stdout.buffer.write(data)


def _envelope(partner: Partner) -> Envelope:
    """Return the envelope of a document that a partner sends us, in its dialect."""
    dialect = partner.x12
    theirs, ours = _address(partner.identity.isa), _address(partner.identity.our_isa)
    return replace(
        ENVELOPE,
        sender=theirs or ENVELOPE.sender,
        receiver=ours or ENVELOPE.receiver,
        group_sender=partner.identity.gs,
        group_receiver=partner.identity.our_gs,
        version=dialect.version,
        delimiters=Delimiters(
            element=dialect.element,
            component=dialect.component,
            repetition=dialect.repetition,
            segment=dialect.segment,
            suffix="\n" if dialect.newline else "",
        ),
    )


def _address(text: str) -> Address | None:
    qualifier, _, id_ = text.partition(":")
    return Address(qualifier, id_) if id_ else None


@answers_in_one_line
def scrub(file: File, seed: Seed = "", release: Release = "") -> None:
    """Print a sample of a file without private data and with the same structure and the same findings.

    Names, addresses, references, item ids, control numbers, prices and quantities are replaced, dates moved by whole
    weeks. Who knows the seed can undo it: keep it to yourself.

    Example: hub x12 scrub order.edi > sample.edi
    """
    key = seed.encode() or secrets.token_bytes(32)
    with opened(file) as source:
        for data in scrubbed(source, rules(release), key):
            sys.stdout.buffer.write(data)
    sys.stdout.flush()
