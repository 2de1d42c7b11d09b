"""REST: merging accounts, and undoing it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from ninja import Query, Router
from ninja import Status as Answer

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Page, Strict, Window, page
from nenrin.api.reach import one_account, reachable
from nenrin.customers import candidates, merges
from nenrin.customers.models import Merge
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission

router = Router(tags=["merges"])
MERGE = Permission.ACCOUNTS_MERGE


class MergeIn(Strict):
    survivor_id: Id
    absorbed_id: Id


class MergeOut(Strict):
    id: int
    survivor_id: int
    absorbed_id: int
    merged_at: datetime
    undone_at: datetime | None


class CandidateOut(Strict):
    survivor_id: int
    absorbed_id: int
    reason: str


def _shown(row: Merge) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MergeOut.model_fields}


@router.get("", response=Page[MergeOut], summary="List merges")
@grants(MERGE)
def list_merges(request: ApiRequest, window: Query[Window]) -> Any:
    """What was merged, and what was undone."""
    rows = Merge.objects.filter(survivor__in=reachable(request.member, MERGE))
    return page(rows, window, {"id", "merged_at"}, lambda found: [_shown(row) for row in found])


@router.get("/candidates", response=list[CandidateOut], summary="List merge candidates")
@grants(MERGE)
def list_candidates(request: ApiRequest) -> Any:
    """At most 100 pairs that may be one company: same corporate number, domain or name."""
    found = candidates.found(reachable(request.member, MERGE))
    return [{"survivor_id": c.survivor.pk, "absorbed_id": c.absorbed.pk, "reason": c.reason.en} for c in found]


@router.post("", response={201: MergeOut}, summary="Merge two accounts")
@grants(MERGE)
def merge_accounts(request: ApiRequest, body: MergeIn) -> Any:
    """Take one account into another; nothing is lost, and it can be undone."""
    survivor = one_account(request.member, MERGE, body.survivor_id, "survivor_id")
    absorbed = one_account(request.member, MERGE, body.absorbed_id, "absorbed_id")
    return Answer(201, _shown(merges.merge(survivor, absorbed, by=Actor.of(request.member), at=request.at)))


@router.post("/{int:merge_id}/undo", response=MergeOut, summary="Undo a merge")
@grants(MERGE)
def undo_merge(request: ApiRequest, merge_id: Id) -> Any:
    """Put everything back that moved. Safe to repeat."""
    row = Merge.objects.filter(pk=merge_id, survivor__in=reachable(request.member, MERGE)).first()
    if row is None:
        raise Http404(f"no merge {merge_id} in your scope")
    merges.undo(row, by=Actor.of(request.member), at=request.at)
    row.refresh_from_db()
    return _shown(row)
