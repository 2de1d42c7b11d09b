"""Who is meant by "@佐藤" in what somebody wrote."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import pairwise

from nenrin.foundation.models import Member

_AT = re.compile("[@＠]")


def found(words: str, members: Iterable[Member]) -> list[Member]:
    """The members whose name stands after an @, by full name or by family name where only one has it.

    Blanks within names do not matter; the longest name that fits counts. An e-mail address mentions nobody, because
    what stands before its @ is a word.
    """
    parts = _AT.split(words)
    if len(parts) < 2:
        return []
    names = _names(members)
    meant: dict[int, Member] = {}
    for before, after in pairwise(parts):
        if before and before[-1].isascii() and before[-1].isalnum():
            continue
        text = unicodedata.normalize("NFKC", after[:200]).casefold()
        fits = [name for name in names if _begins(text, name)]
        if fits:
            member = names[max(fits, key=len)]
            meant[member.pk] = member
    return list(meant.values())


def _names(members: Iterable[Member]) -> dict[str, Member]:
    """Full names, and first words of them that only one member has."""
    full: dict[str, Member] = {}
    short: dict[str, list[Member]] = {}
    for member in members:
        full.setdefault(_plain(member.name), member)
        first = _plain(re.split(r"[\s　]", member.name.strip(), maxsplit=1)[0])
        short.setdefault(first, []).append(member)
    alone = {name: whose[0] for name, whose in short.items() if len(whose) == 1}
    return {name: member for name, member in {**alone, **full}.items() if name}


def _begins(text: str, name: str) -> bool:
    """Does the text begin with this name, blanks aside? "@ann" is not Annabelle's colleague Ann."""
    ends = r"(?![a-z0-9])" if name[-1].isascii() else ""
    return re.match(r"\s*".join(map(re.escape, name)) + ends, text) is not None


def _plain(text: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).casefold()
