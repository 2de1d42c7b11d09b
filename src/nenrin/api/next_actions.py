"""REST: what could be done next for an account, with its evidence and what carries it out."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Router

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Id, Strict
from nenrin.api.reach import editable, reachable
from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.models import Risk
from nenrin.insight.risk import actions, silences
from nenrin.insight.risk.actions import Side
from nenrin.insight.risk.learning import EVENTS
from nenrin.playbooks import carrying
from nenrin.playbooks.models import PlaybookVersion
from nenrin.values import Text

router = Router(tags=["risk"])


class Both(Strict):
    """A text in both languages."""

    en: str
    ja: str


class SideOut(Strict):
    """It `happened` in so many of `months` of customers."""

    happened: int
    months: int


class CarrierOut(Strict):
    """A playbook that carries the step out. `is_live`: POST /playbooks/{key}/runs begins it; else it is a ready-made one that
    is not in use yet. `mails`: subjects of the mails it sends, with … for what each account fills in."""

    key: str
    name: Both
    is_live: bool
    mails: list[Both]


class NextActionOut(Strict):
    """`feature` with its `value` (null: missing) raises the account's probability of `event`. `like`: customers on its side of
    the measure's average; `unlike`: the others; both null where history is too short or does not bear it out."""

    event: str
    step: Both
    feature: str
    value: float | None
    like: SideOut | None
    unlike: SideOut | None
    as_of: date
    model: str
    playbooks: list[CarrierOut]


class NextActionsOut(Strict):
    """A heuristic: counted, not proven, so no step is said to change anything. `reason` says why `items` is empty."""

    account_id: int
    reason: Both | None
    items: list[NextActionOut]


@router.get("/{int:account_id}/next-actions", response=NextActionsOut, summary="List next best actions")
@grants(Permission.HEALTH_VIEW)
def list_next_actions(request: ApiRequest, account_id: Id) -> Any:
    """At most three for each event, from the measures that raise its probability. Playbooks are named to those who see
    them, ready-made ones to those who may write one."""
    account = editable(request.member, Permission.HEALTH_VIEW, account_id)
    rows = list(Risk.objects.filter(account=account).select_related("version").defer("version__document"))
    live, edits = _playbooks(request, account)
    items = [
        _item(row, step, carrying.of(row.event, step.feature, live, with_ready=edits))
        for row in sorted(rows, key=lambda row: EVENTS.index(row.event))
        for step in actions.suggestions(row.event, row.reasons, row.version.card)
    ]
    return {"account_id": account.pk, "reason": None if items else _reason(account, is_told=bool(rows)), "items": items}


def _playbooks(request: ApiRequest, account: Account) -> tuple[list[PlaybookVersion], bool]:
    """The live ones, and whether ready-made ones are named."""
    member = request.member
    if not reachable(member, Permission.PLAYBOOKS_VIEW).filter(pk=account.pk).exists():
        return [], False
    return list(carrying.live()), allowed(member, Permission.PLAYBOOKS_EDIT) is not None


def _item(row: Risk, step: actions.Suggestion, carriers: tuple[carrying.Carrier, ...]) -> dict[str, Any]:
    value = next(one[2] for one in row.reasons if one[0] == step.feature)
    playbooks = [
        {"key": one.key, "name": _both(one.name), "is_live": one.is_live, "mails": [_both(mail) for mail in one.mails]}
        for one in carriers
    ]
    return {
        "event": row.event, "step": _both(step.step), "feature": step.feature, "value": value, "like": _side(step.like),
        "unlike": _side(step.unlike), "as_of": row.as_of, "model": str(row.version), "playbooks": playbooks,
    }  # fmt: skip


def _reason(account: Account, *, is_told: bool) -> dict[str, str]:
    told = Text(
        "No measure that a step is known for raises a probability.",
        "打ち手のある指標で、確率を上げているものはありません。",
    )
    return _both(told if is_told else silences.of_account(account))


def _side(side: Side | None) -> dict[str, int] | None:
    return None if side is None else {"happened": side[0], "months": side[1]}


def _both(text: Text) -> dict[str, str]:
    return {"en": text.en, "ja": text.ja}
