"""Opened from a candidate, by hand or by a playbook; and what is changed of it while it runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final

from django.db import IntegrityError, transaction

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Plan, Product
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import Opportunity
from nenrin.work.models.opportunity import OpportunityKind, Origin
from nenrin.work.opportunities import holding, saving, telling

MOST_TITLE, MOST_STEP, MOST_REASON, MOST_EVIDENCE = 200, 300, 500, 20
_CHANGEABLE: Final = frozenset({"title", "expected_minor", "next_step", "due_on", "owner", "product", "plan"})


def open(
    account: Account, kind: str, *, by: Actor, at: datetime, key: str = "", expected: int | None = None,
    evidence: Sequence[dict[str, Any]] = (), reason: str | None = None, origin: str = Origin.HAND, title: str = "",
    product: Product | None = None, plan: Plan | None = None, owner: Member | None = None, next_step: str = "",
    due_on: date | None = None,
) -> Opportunity:  # fmt: skip
    """Open one; the same `key` again is the same row, as it stands. `expected`: change of MRR in the account's currency.

    Held back where health is red or not known, an urgent ticket is open or a complaint has no answer, unless `reason`
    says why all the same. Raises Refused. Journal: work.opportunity.opened.
    """
    if key and (stands := Opportunity.objects.filter(key=key).first()):
        return stands
    _check(account, kind, title, next_step, reason or "", due_on)
    saving.amount("expected_minor", expected)
    _refuse_stranger(owner, account, account.owner_id)
    grounds = holding.check(account, reason or "", at)
    row = Opportunity(
        account=account, kind=kind, origin=origin, key=key, title=title.strip(), product=product, plan=plan,
        expected_minor=expected, currency=account.currency, evidence=list(evidence)[:MOST_EVIDENCE],
        held=[one.row() for one in grounds], held_words=(reason or "").strip() if grounds else "",
        owner=owner or account.owner, next_step=next_step.strip(), due_on=due_on, opened_at=at, changed_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            told = saving.sums(expected, row.currency) | {"held": [one.code for one in grounds]}
            personal = {"title": row.title, "reason": row.held_words, "next_step": row.next_step}
            saving.record("opened", row, by, at, personal=personal, **told)
            telling.opened(row, by=by, at=at)
    except IntegrityError:
        if key and (stands := Opportunity.objects.filter(key=key).first()):  # two at once: the other's stands
            return stands
        raise
    return row


def _check(account: Account, kind: str, title: str, next_step: str, reason: str, due_on: date | None) -> None:
    faults = checking.words("title", title, MOST_TITLE, needed=False)
    faults += checking.words("next_step", next_step, MOST_STEP, needed=False)
    faults += checking.words("reason", reason, MOST_REASON, needed=False)
    faults += checking.day("due_on", due_on)
    if kind not in set(OpportunityKind):
        expected = ", ".join(OpportunityKind)
        faults.append(Fault("kind", Text(f"one of {expected}", f"{expected} のいずれか"), str(kind)[:80]))
    if account.archived_at is not None:
        faults.append(
            Fault("account", Text("an account that is not archived", "アーカイブされていない顧客"), account.pk)
        )
    checking.refuse(faults)


def change(
    opportunity: Opportunity, *, by: Actor, at: datetime, version: int | None = None, **fields: Any
) -> Opportunity:
    """Change `title`, `expected_minor`, `next_step`, `due_on`, `owner`, `product` or `plan` while it runs.

    Safe to repeat. Raises Refused, Conflict. Journal: work.opportunity.changed.
    """
    unknown = fields.keys() - _CHANGEABLE
    if unknown:
        raise TypeError(f"an opportunity has no {', '.join(sorted(unknown))} to change")
    given: dict[str, Any] = {name: value.strip() if isinstance(value, str) else value for name, value in fields.items()}
    checking.refuse(
        checking.words("title", given.get("title", ""), MOST_TITLE, needed=False)
        + checking.words("next_step", given.get("next_step", ""), MOST_STEP, needed=False)
        + checking.day("due_on", given.get("due_on"))
    )
    saving.amount("expected_minor", given.get("expected_minor"))
    with transaction.atomic():
        row = saving.locked(opportunity)
        saving.check_version(row, version, given)
        changed = [name for name, value in given.items() if getattr(row, name) != value]
        if not changed:
            return row
        saving.check_live(row)
        _refuse_stranger(given.get("owner"), row.account, row.owner_id)
        for name in changed:
            setattr(row, name, given[name])
        saving.save(row, at)
        personal: dict[str, str] = {name: str(getattr(row, name)) for name in ("title", "next_step") if name in changed}
        saving.record("changed", row, by, at, personal=personal, fields=sorted(changed))
        if "owner" in changed:
            telling.given(row, by=by, at=at)
    return row


def _refuse_stranger(owner: Member | None, account: Account, stands: int | None) -> None:
    """Raises Refused for a new owner who has left, or does not see the account; who stands there may stay."""
    if owner is None or owner.pk == stands:
        return
    if not owner.is_active:
        raise Refused.one("owner", Text("a colleague who is active", "有効なメンバー"), owner.name)
    if not saving.reaches(owner, account):
        words = Text("a colleague who works on this account's opportunities", "この顧客の提案機会を扱えるメンバー")
        raise Refused.one("owner", words, owner.name)
