"""The account's tab People: who decides, who carries it, who has left."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account, Contact
from nenrin.customers.statuses import DecisionRole, word
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.web.accounts.head import find, head
from nenrin.web.guard import MemberRequest, requires

VIEW = Permission.CONTACTS_VIEW
_RANK = {role: place for place, role in enumerate(role for role in DecisionRole if role)}


@requires(VIEW)
def account_people(request: MemberRequest, key: int) -> HttpResponse:
    """Contacts by their role in the decision; a role that nobody fills is said."""
    account = find(request, key, VIEW)
    rows = Contact.objects.filter(account=key, archived_at__isnull=True).prefetch_related("emails")
    people = sorted(rows, key=lambda row: (row.left_on is not None, _RANK.get(DecisionRole(row.role), 9), row.name))
    filled = {row.role for row in people if row.left_on is None}
    wanted = (DecisionRole.DECISION_MAKER, DecisionRole.CHAMPION, DecisionRole.OPERATOR)
    context = {
        "head": head(account, request, here="people"),
        "as_of": request.at,
        "people": [(row, word(DecisionRole(row.role))) for row in people],
        "unfilled": [word(role) for role in wanted if role.value not in filled] if people else [],
        "may_read": visible(request.user, FieldClass.PERSONAL),
        "may_change": Account.objects.for_member(request.user, Permission.CONTACTS_EDIT).filter(pk=key).exists(),
    }
    return render(request, "contacts/tab.html", context)


urlpatterns = [path("accounts/<int:key>/people", account_people, name="account-people")]
