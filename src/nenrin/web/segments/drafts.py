"""A condition that is not saved, on the past: beside the segment as it is, and what saving it would set off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nenrin.analytics.conditions import Field
from nenrin.analytics.conditions.problems import Unreadable
from nenrin.customers.models import Account
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.insight import segments
from nenrin.insight.models import Segment, SegmentMembership
from nenrin.playbooks.configuration import firing
from nenrin.playbooks.models import Rehearsal
from nenrin.playbooks.rehearsing import rehearsals
from nenrin.values import Text
from nenrin.web import listing
from nenrin.web.guard import MemberRequest


@dataclass(frozen=True, slots=True)
class Tried:
    """A draft on the past; `live`: the segment as it is, on the same days."""

    row: Rehearsal
    live: Rehearsal | None

    @property
    def report(self) -> dict[str, Any] | None:
        return self.row.report if self.row.state == "done" else None

    @property
    def live_report(self) -> dict[str, Any] | None:
        return self.live.report if self.live and self.live.state == "done" else None


@dataclass(frozen=True, slots=True)
class Change:
    """What saving would do now, of the accounts that the viewer may see; `fires`: playbooks that would let some of them in."""

    came: int
    went: int
    fires: list[Text]


def asked(request: MemberRequest, segment: Segment | None) -> Tried | None:
    """The draft that the address names, where it is one of this segment, or of the viewer."""
    pk = listing.whole(request.GET.get("draft"))
    key = rehearsals.draft_key(segment, Actor.of(request.user))
    row = Rehearsal.objects.filter(pk=pk, noun=rehearsals.SEGMENT, key=key).first() if pk else None
    return Tried(row, rehearsals.beside(row, segment) if segment else None) if row else None


def change(request: MemberRequest, segment: Segment, document: Any, fields: Mapping[str, Field]) -> Change | None:
    """None where the condition is the segment's own, or says nothing that can be asked now."""
    try:
        after = set(segments.accounts_in(document, at=request.at, known=fields))
    except Unreadable:
        return None
    if document == segment.condition:
        return None
    mine = set(Account.objects.for_member(request.user, Permission.SEGMENTS_VIEW).values_list("pk", flat=True))
    open_ones = SegmentMembership.objects.filter(segment=segment, left_at__isnull=True)
    inside = set(open_ones.values_list("account_id", flat=True))
    came, went = (after - inside) & mine, (inside - after) & mine
    return Change(len(came), len(went), firing.by_segment(str(segment.pk), came, went, request.at))
