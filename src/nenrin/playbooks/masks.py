"""What a run shows of its steps to whom: titles of tasks, subjects of mails and words of notices are personal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text

HIDDEN = "●●●"
#: Kinds of steps whose words people wrote, with names filled in.
PERSONAL = frozenset({"open_task", "send_mail", "survey", "notify"})


def note(kind: str, kept: Mapping[str, Any], member: Member) -> dict[str, Any]:
    """What a step kept of what it did, its words hidden from whoever may not read personal fields."""
    if kind not in PERSONAL or visible(member, FieldClass.PERSONAL):
        return dict(kept)
    return {key: HIDDEN if key in ("en", "ja") and value else value for key, value in kept.items()}


def words(kind: str, told: Text, member: Member) -> Text:
    """What a step says of what it did or would do, hidden like `note`."""
    shown = note(kind, {"en": told.en, "ja": told.ja}, member)
    return Text(shown["en"], shown["ja"])
