"""`hub x12 new` and `scrub`: files to show and to test with."""

from __future__ import annotations

import secrets
import sys
from typing import Annotated

import typer
from msgspec.structs import replace

from hub.cli.context import answers_in_one_line, fail
from hub.cli.x12_files import File, opened, require_set
from hub.cli.x12_options import Dictionaries, PartnerKey, Release, rules, with_rules
from hub.model import problems
from hub.model.documents import DocType
from hub.model.envelope import Address, Delimiters, Envelope
from hub.model.partner import Partner
from translators.errors import Unwritable
from translators.x12.sets import doctype
from translators.x12.tools.new import ENVELOPE, new_interchange
from translators.x12.tools.reading import Rules
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
    dictionaries: Dictionaries = None,
) -> None:
    """Print a valid example of a set: what is mandatory and usual, or all of it.

    Example: hub x12 new 850 --partner acme
    """
    by = rules(partner, release, dictionaries=dictionaries)
    us = by.partner
    wanted = release or (us.x12.release if us else ENVELOPE.release)
    require_set(set_id, wanted, by.library)
    document = doctype(set_id)
    envelope = replace(_envelope(us, document) if us else ENVELOPE, release=wanted)
    try:
        demands = by.guideline(document)
        data = new_interchange(set_id, envelope, demands, seed=seed, full=full, library=by.library)
    except Unwritable as error:
        fail(f"the example cannot be written in the partner's dialect: {error}")
    sys.stdout.buffer.write(data)


def _envelope(partner: Partner, document: DocType) -> Envelope:
    """Return the envelope of a document that a partner sends us, or we send them, in the dialect that we speak."""
    dialect, identity = partner.x12, partner.identity
    theirs = _address(identity.isa) or ENVELOPE.sender, identity.gs
    ours = _address(identity.our_isa) or ENVELOPE.receiver, identity.our_gs
    ours_to_send = document in partner.send and document not in partner.receive
    sender, receiver = (ours, theirs) if ours_to_send else (theirs, ours)
    return replace(
        ENVELOPE,
        sender=sender[0],
        receiver=receiver[0],
        group_sender=sender[1],
        group_receiver=receiver[1],
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
@with_rules
def scrub(
    file: File,
    by: Rules,
    seed: Seed = "",
    numbers: Annotated[
        bool, typer.Option("--numbers", help="Replace quantities, prices and amounts, too.")
    ] = False,
) -> None:
    """Print a sample of a file without private data and with the same structure and the same findings.

    Names, addresses, references, item ids and control numbers are replaced, dates moved by whole weeks; quantities and
    prices stay, so that totals stay right, unless --numbers is given. Who knows the seed can undo it: keep it to
    yourself.

    Example: hub x12 scrub order.edi > sample.edi
    """
    key = seed.encode() or secrets.token_bytes(32)
    with opened(file, by.reading, harm={problems.FILE_UNREADABLE}) as source:
        for data in scrubbed(source, by, key, numbers=numbers):
            sys.stdout.buffer.write(data)
    sys.stdout.flush()
