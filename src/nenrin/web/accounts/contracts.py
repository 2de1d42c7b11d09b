"""The account's tab Contracts: what runs, what ran, price by price."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers import queries
from nenrin.customers.models import Account, Subscription
from nenrin.customers.statuses import OPEN
from nenrin.foundation.permissions import Permission
from nenrin.values import Money
from nenrin.web.accounts import counting, invoices
from nenrin.web.accounts.head import find, head
from nenrin.web.accounts.subscriptions import line
from nenrin.web.guard import MemberRequest, requires

VIEW = Permission.SUBSCRIPTIONS_VIEW


@requires(VIEW)
def account_contracts(request: MemberRequest, key: int) -> HttpResponse:
    """Open contracts with their terms, prices and what looks wrong; ended ones below."""
    account = find(request, key, VIEW)
    top = head(account, request, here="contracts")
    rows = Subscription.objects.filter(account=key, archived_at__isnull=True).order_by("-starts_on")
    lines = []
    for row in rows.select_related("plan__product", "account", "replaced_by__plan").prefetch_related("steps"):
        more = {**_prices(row), "warnings": queries.warnings(row) if row.status in OPEN else []}
        lines.append(line(row, top.today) | more | {"limits": row.plan.limits.items() if row.plan else ()})
    context = {
        "head": top,
        "as_of": request.at,
        "open": [each for each in lines if each["row"].status in OPEN],
        "ended": [each for each in lines if each["row"].status not in OPEN],
        "counted": counting.line(top.counted) if top.counted else None,
        "counted_name": counting.NAME,
        "invoices": invoices.shown(account, top.today),
        "may_change": Account.objects.for_member(request.user, Permission.SUBSCRIPTIONS_EDIT).filter(pk=key).exists(),
    }
    return render(request, "subscriptions/tab.html", context)


def _prices(row: Subscription) -> dict[str, Any]:
    """Price by price, and what is told beside the price."""
    steps = [
        (step, Money(step.mrr_minor, row.currency), Money(step.list_minor, row.currency) if step.list_minor else None)
        for step in row.steps.all()
    ]
    month = max(row.metered, default=None)
    return {
        "steps": steps,
        "has_list": any(listed for _, _, listed in steps),
        "committed": Money(row.committed_minor, row.currency) if row.committed_minor else None,
        "metered": Money(row.metered[month], row.currency) if month else None,
        "metered_on": date.fromisoformat(f"{month}-01") if month else None,
    }


urlpatterns = [path("accounts/<int:key>/contracts", account_contracts, name="account-contracts")]
