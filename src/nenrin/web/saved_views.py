"""Lists under a name: a page's filters, order and columns, for one member or for everyone."""

from __future__ import annotations

from django.db.models import Q

from nenrin.foundation.models import Member, SavedView
from nenrin.foundation.permissions import Permission, allowed


def of(member: Member, page: str) -> list[SavedView]:
    """Everyone's and the member's own, in their order."""
    return list(SavedView.objects.filter(Q(member=member) | Q(member__isnull=True), page=page))


def save(member: Member, page: str, name: str, query: str, *, is_shared: bool) -> SavedView:
    """Keep a list under a name; the same name again replaces it."""
    owner = None if is_shared else member
    return SavedView.objects.update_or_create(member=owner, page=page, name=name, defaults={"query": query})[0]


def drop(member: Member, view: SavedView) -> None:
    """Forget one's own view; one of everyone's by those who may share."""
    if view.member_id == member.pk or (view.member_id is None and allowed(member, Permission.ACCOUNTS_ASSIGN)):
        view.delete()
