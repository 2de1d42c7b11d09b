"""The onboarding of one account, under its other pages."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.foundation.permissions import allowed
from nenrin.web.accounts.head import find, head
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.onboarding import common, lines
from nenrin.work.models import OnboardingProject


@requires(common.VIEW)
def account_onboarding(request: MemberRequest, key: int) -> HttpResponse:
    """Its projects, the newest first."""
    account = find(request, key, common.VIEW)
    top = head(account, request, here="onboarding")
    rows = OnboardingProject.objects.filter(account=key).select_related("account", "owner")
    context = {
        "head": top, "as_of": request.at, "lines": lines.of(rows, top.today),
        "may_start": allowed(request.user, common.EDIT) is not None and account.archived_at is None,
    }  # fmt: skip
    return render(request, "onboarding/tab.html", context)


urlpatterns = [path("accounts/<int:key>/onboarding", account_onboarding, name="account-onboarding")]
