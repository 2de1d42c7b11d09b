"""What stands on an account's overview of promises and of success: fetched after the page, which has enough to ask."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation.permissions import Permission, allowed
from nenrin.web import navigation
from nenrin.web.accounts.head import find
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.handoffs import common, ledger
from nenrin.web.handoffs.common import VIEW
from nenrin.web.plans.figures import shown
from nenrin.work import plans
from nenrin.work.models import Promise

MOST = 5


@requires(VIEW)
def account_commitments(request: MemberRequest, key: int) -> HttpResponse:
    """The open promises, the most urgent first, and the plan that runs with how far it is: a fragment."""
    account = find(request, key, VIEW)
    today, may_read = navigation.today(request), common.may_read(request)
    rows = Promise.objects.filter(account=key).open().select_related("owner", "given_by", "contact")
    found = [ledger.line(row, today, may_read) for row in rows[: MOST + 1]]
    brief = plans.brief(account, today=today) if allowed(request.user, Permission.PLANS_VIEW) else None
    context = {
        "account": account,
        "as_of": request.at,
        "lines": found[:MOST],
        "has_more": len(found) > MOST,
        "shown": shown(brief.plan, brief.progress, may_read=may_read) if brief else None,
    }
    return render(request, "handoffs/panel.html", context)


urlpatterns = [path("accounts/<int:key>/commitments", account_commitments, name="account-commitments")]
