"""What a partner's system answers to a file of ours: a cXML Response, or a receipt as we write it.

Nothing is answered to an answer: two hubs would thank each other for ever. Neither names the file that it answers
in a way that can be matched, so good news is noted on the file, and bad news is for a person.
"""

from __future__ import annotations

from lxml import etree

from hub.model import problems
from hub.model.envelope import Unwrapped
from hub.model.finding import Finding, Where


def reply_told(root: etree._Element) -> Unwrapped | None:
    """Return what an answer says; None for a file that is none."""
    response = root.find("Response") if root.tag == "cXML" else None
    status = response.find("Status") if response is not None and len(response) == 1 else None
    if status is not None:
        code = status.get("code", "")
        said = " ".join(f"{code} {status.get('text', '')} {status.text or ''}".split())
        return _told(f"their answer: {said}", root, good=code.startswith("2"))
    documents = root.findall("document") if root.tag == "receipt" else []
    if not documents:
        return None
    refused = [one for one in documents if one.get("status") == "rejected"]
    text = ", ".join(
        f"{one.get('type')} {one.get('number')} {one.get('status')}" for one in refused or documents
    )
    return _told(f"their receipt: {text}", root, good=not refused)


def _told(text: str, root: etree._Element, *, good: bool) -> Unwrapped:
    if good:
        return Unwrapped(note=text[:500])
    hint = "they did not take a file of ours: find it by its number or time, mend it and send it again"
    where = Where(path=root.getroottree().getpath(root))
    return Unwrapped(findings=(Finding(problems.REPLY_REFUSES, text[:500], where=where, hint=hint),))
