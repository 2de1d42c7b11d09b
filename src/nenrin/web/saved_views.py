"""Lists under a name: a page's filters, order and columns, for one member, their team or everyone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db.models import FilteredRelation, Q
from django.db.models.functions import Coalesce

from nenrin.foundation.models import Member
from nenrin.foundation.models.saved_view import SavedView, ViewMark
from nenrin.foundation.permissions import Permission, allowed

Whose = Literal["me", "team", "all"]


@dataclass(frozen=True, slots=True)
class Marked:
    """A view as one member has it: pinned as a tab, and what the page opens with."""

    view: SavedView
    is_pinned: bool
    is_default: bool
    may_drop: bool

    @property
    def whose(self) -> Whose:
        return "me" if self.view.member_id else "team" if self.view.team_id else "all"


def of(member: Member, page: str) -> list[Marked]:
    """Everyone's, the team's and the member's own, in their order; one query. Unmarked ones count as pinned."""
    theirs = Q(member__isnull=True, team__isnull=True)
    if member.team_id:
        theirs |= Q(team=member.team_id)
    found = SavedView.objects.filter(Q(member=member) | theirs, page=page)
    found = found.annotate(own=FilteredRelation("marks", condition=Q(marks__member=member)))
    marked = found.annotate(pinned=Coalesce("own__is_pinned", True), default=Coalesce("own__is_default", False))
    return [Marked(view, view.pinned, view.default, _may_drop(member, view)) for view in marked]


def may_share(member: Member) -> tuple[Whose, ...]:
    """For whom a member may save a view: who may edit accounts for the team, who may assign them for everyone."""
    for_team = member.team_id is not None and allowed(member, Permission.ACCOUNTS_EDIT) is not None
    for_all = allowed(member, Permission.ACCOUNTS_ASSIGN) is not None
    return ("me", *(("team",) if for_team else ()), *(("all",) if for_all else ()))


def save(member: Member, page: str, name: str, query: str, *, whose: Whose = "me") -> SavedView:
    """Keep a list under a name; the same name again replaces it. Whoever may not share keeps it for themselves."""
    reach = whose if whose in may_share(member) else "me"
    owner, team = (member if reach == "me" else None), (member.team if reach == "team" else None)
    values = {"query": query}
    return SavedView.objects.update_or_create(member=owner, team=team, page=page, name=name, defaults=values)[0]


def mark(member: Member, view: SavedView, *, is_pinned: bool) -> None:
    """Show a view as a tab, or only in the menu."""
    ViewMark.objects.update_or_create(member=member, view=view, defaults={"is_pinned": is_pinned})


def open_with(member: Member, page: str, view: SavedView | None) -> None:
    """What the page's bare address shows to this member; None for everything."""
    ViewMark.objects.filter(member=member, view__page=page).update(is_default=False)
    if view is not None:
        ViewMark.objects.update_or_create(member=member, view=view, defaults={"is_default": True})


def _may_drop(member: Member, view: SavedView) -> bool:
    if view.member_id is None and view.team_id is None:
        return "all" in may_share(member)
    return view.member_id == member.pk or (view.team_id is not None and "team" in may_share(member))


def drop(member: Member, view: SavedView) -> bool:
    """Forget one's own view; one of the team or of everyone by those who may share so; True when it is gone."""
    if _may_drop(member, view):
        view.delete()
        return True
    return False
