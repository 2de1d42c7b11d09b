"""Whoever an entry of the timeline mentions hears of it."""

from __future__ import annotations

from datetime import datetime

from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import mentions, notices
from nenrin.work.models import Touch
from nenrin.work.notices import News


def mentioned(touch: Touch, before: str = "", *, by: Actor, at: datetime) -> None:
    """Whoever its words mention, once, as far as the words before did not."""
    if "@" not in touch.body and "＠" not in touch.body:
        return
    colleagues = list(Member.objects.filter(is_active=True))
    known = {member.pk for member in mentions.found(before, colleagues)}
    named = f"{touch.title} ({touch.account.name})"
    text = Text(f"{by.name} mentions you: {named}", f"{by.name}がメンション: {named}")
    notices.tell_many(
        [
            News(member=member, code="mention.touch", text=text, url=f"/accounts/{touch.account_id}/timeline",
                 account=touch.account_id, key=f"touch:{touch.pk}:mention:{touch.version}")
            for member in mentions.found(touch.body, colleagues)
            if member.pk not in known and not (by.kind == "member" and by.key == str(member.pk))
        ],
        by=by, at=at,
    )  # fmt: skip
