"""What the pages of this area share: permissions, tabs, whose words are read."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse

from nenrin.customers.models import Account
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest
from nenrin.web.handoffs.common import may
from nenrin.work.models import Opportunity

VIEW, EDIT = Permission.OPPORTUNITIES_VIEW, Permission.OPPORTUNITIES_EDIT
TITLE = Text("Opportunities", "提案機会")
CANDIDATES = Text("Candidates", "提案候補")
WHITESPACE = Text("Whitespace", "未導入マップ")
PAGES = (
    ("opportunities", Text("Pipeline", "一覧")),
    ("opportunity-board", Text("Board", "ボード")),
    ("opportunity-candidates", CANDIDATES),
    ("opportunity-whitespace", WHITESPACE),
)


def tabs(here: str) -> tuple[Tab, ...]:
    return tuple(Tab(label, reverse(name), name == here) for name, label in PAGES)


def may_read(request: MemberRequest) -> bool:
    return visible(request.user, FieldClass.PERSONAL)


def may_write(request: MemberRequest, account: int) -> bool:
    """Free words are asked for: only who reads them writes them."""
    return may_read(request) and may(request, EDIT, account)


def one(request: MemberRequest, key: int, permission: Permission) -> Opportunity:
    rows = Opportunity.objects.for_member(request.user, permission)
    related = ("account", "owner", "seller", "product", "plan", "won_subscription__plan")
    found = rows.select_related(*related).filter(pk=key).first()
    if found is None:
        raise Http404(f"opportunity {key}")
    return found


def account_of(request: MemberRequest, key: int, permission: Permission) -> Account:
    found = (
        Account.objects.for_member(request.user, permission).standing().select_related("owner").filter(pk=key).first()
    )
    if found is None:
        raise Http404(f"account {key}")
    return found


def currency_of(request: MemberRequest) -> str:
    organisation = navigation.organisation_of(request)
    return organisation.currency if organisation else "JPY"
