"""REST: surveys that playbooks asked, and what was answered; to read."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Query, Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Page, Strict, Window, page
from nenrin.engage.models import SurveyAsk
from nenrin.foundation.permissions import Permission

router = Router(tags=["surveys"])


class SurveyOut(Strict):
    """`sent_on`: the day on which its mail went out; `unsent_at`: when it came out that the mail reached nobody; `score` within nps 0-10, csat 1-5, ces 1-7, null without an answer."""

    id: int
    account: int
    contact: int | None
    survey: Literal["nps", "csat", "ces"]
    channel: str
    asked_at: datetime
    sent_on: date | None
    unsent_at: datetime | None
    expires_at: datetime
    answered_at: datetime | None
    score: int | None


@router.get("", response=Page[SurveyOut], summary="List surveys")
@grants(Permission.MAIL_VIEW)
def list_surveys(request: ApiRequest, window: Query[Window]) -> Any:
    """Surveys of the accounts that the token's member may see, by `id`, `asked_at` or `answered_at`."""
    rows = SurveyAsk.objects.for_member(request.member, Permission.MAIL_VIEW)
    return page(rows, window, {"id", "asked_at", "answered_at"}, lambda found: [_out(row) for row in found])


def _out(row: SurveyAsk) -> dict[str, Any]:
    return {"id": row.pk, "account": row.account_id, "contact": row.contact_id, "survey": row.survey,
            "channel": row.channel, "asked_at": row.asked_at, "sent_on": row.sent_on, "unsent_at": row.unsent_at, "expires_at": row.expires_at,
            "answered_at": row.answered_at, "score": row.score}  # fmt: skip
