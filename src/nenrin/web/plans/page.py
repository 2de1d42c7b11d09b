"""One success plan on a page, and the account's tab with all of its plans."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse

from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.accounts.head import find, head
from nenrin.web.attachments import pages as files
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.plans import figures
from nenrin.web.plans.figures import EDIT, VIEW, one, shown
from nenrin.web.plans.forms import AgreeForm, ReviewForm, ShareForm
from nenrin.work import plan_links, plans
from nenrin.work.models import PlanLink, SuccessPlan
from nenrin.work.models.plan import PlanState
from nenrin.work.planning import progress, rows


@requires(VIEW)
def plan(request: MemberRequest, key: int) -> HttpResponse:
    """The customer's words, objectives with how far they are, milestones, reviews; prints on one sheet."""
    row = one(request, key)
    return render(request, "plans/plan.html", context_of(request, row))


def context_of(request: MemberRequest, row: SuccessPlan, **forms: Any) -> dict[str, Any]:
    """What the page shows; a form that was refused comes in place of its fresh one."""
    today, may_read = navigation.today(request), figures.may_read(request)
    told = progress.of([row], today)[row.pk]
    view = shown(row, told, may_read=may_read)
    may_edit = figures.may(request, EDIT, row.account_id)
    editions = list(row.editions.select_related("by"))
    text = rows.document(row) if editions else None
    lacking = plans.missing(row) if view.is_live else []
    return {
        "as_of": request.at,
        "shown": view,
        "plan": row,
        "lacking": lacking,
        "editions": editions,
        "is_changed": bool(editions) and editions[0].document != text,
        "reviews": list(row.reviews.select_related("by")[:10]),
        "links": links_of(request, row, today) if may_edit else [],
        "files": files.shown(row, request, may_edit=may_edit),
        "may_edit": may_edit,
        "may_read": may_read,
        "can_agree": may_edit and view.is_live and not lacking,
        "is_achieved": row.state == PlanState.ACHIEVED,
        "agree_form": forms.get("agree") or AgreeForm(initial={"agreed_on": today}),
        "review_form": forms.get("review") or ReviewForm(initial={"on": today}),
        "share_form": forms.get("share") or ShareForm(),
        "crumbs": [
            (Text("Success plans", "サクセスプラン"), reverse("success-plans")),
            (row.account.name, reverse("account-plans", args=[row.account_id])),
        ],
    }


def links_of(request: HttpRequest, row: SuccessPlan, today: Any) -> list[tuple[PlanLink, str, bool]]:
    """Shared links with their address and whether they still open."""
    return [
        (
            link,
            request.build_absolute_uri(reverse("shared-plan", args=[plan_links.token(link)])),
            link.revoked_at is None and link.expires_on >= today,
        )
        for link in row.links.select_related("created_by")[:10]
    ]


@requires(VIEW)
def account_plans(request: MemberRequest, key: int) -> HttpResponse:
    """The account's tab: its plans, the one that runs first."""
    account = find(request, key, VIEW)
    today, may_read = navigation.today(request), figures.may_read(request)
    found = list(SuccessPlan.objects.filter(account=key).select_related("owner", "said_by"))
    told = progress.of(found, today)
    live = [shown(row, told[row.pk], may_read=may_read) for row in found if row.closed_on is None]
    closed = [shown(row, told[row.pk], may_read=may_read) for row in found if row.closed_on is not None]
    context = {
        "head": head(account, request, here="plans"),
        "as_of": request.at,
        "live": live,
        "closed": closed,
        "may_edit": figures.may(request, EDIT, key),
        "may_read": may_read,
    }
    return render(request, "plans/tab.html", context)


urlpatterns = [
    path("success-plans/<int:key>", plan, name="success-plan"),
    path("accounts/<int:key>/plans", account_plans, name="account-plans"),
]
