"""What stands on an account's overview of opportunities: fetched after the page."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.web import navigation
from nenrin.web.accounts.head import find
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs.common import may
from nenrin.web.opportunities.common import EDIT, VIEW, may_read
from nenrin.work.models import Opportunity
from nenrin.work.opportunities import holding

MOST = 5


@requires(VIEW)
def account_opportunities(request: MemberRequest, key: int) -> HttpResponse:
    """Those that run, then the last that ended; and what holds proposals back now: a fragment."""
    account, today = find(request, key, VIEW), navigation.today(request)
    rows = list(Opportunity.objects.filter(account=key).select_related("owner", "seller")[:50])
    ordered = sorted(rows, key=lambda row: not row.is_live)
    context = {
        "account": account,
        "as_of": request.at,
        "lines": [(row, row.is_late(today)) for row in ordered[:MOST]],
        "has_more": len(rows) > MOST,
        "grounds": holding.of(account, request.at),
        "may_read": may_read(request),
        "edits": may(request, EDIT, key),
    }
    return render(request, "opportunities/panel.html", context)


urlpatterns = [path("accounts/<int:key>/opportunities", account_opportunities, name="account-opportunities")]
