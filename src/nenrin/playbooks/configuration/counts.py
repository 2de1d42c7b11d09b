"""Counts with their nouns and verbs, for the English lines of a plan."""

from __future__ import annotations

from nenrin.foundation import format


def doing(n: int, verb: str, verbs: str, noun: str = "account") -> str:
    """
    >>> doing(1, "changes", "change"), doing(2, "change", "change", "run"), doing(0, "goes", "go")
    ('1 account changes', '2 runs change', '0 accounts go')
    """
    return f"{format.counted(n, noun)} {verb if n == 1 else verbs}"


def those(n: int, verb: str, verbs: str) -> str:
    """The same where the noun was said before.

    >>> those(1, "enters", "enter"), those(1200, "enters", "enter")
    ('1 enters', '1,200 enter')
    """
    return f"{n:,} {verb if n == 1 else verbs}"
