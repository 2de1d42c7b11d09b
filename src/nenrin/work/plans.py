"""Success plans: begun, changed, agreed, reviewed, achieved or given up; and what still lacks for a close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from nenrin.customers.errors import Fault, Refused
from nenrin.customers.models import Account, Contact
from nenrin.foundation import bulk, organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.calendar import add_business_days
from nenrin.foundation.models import Member
from nenrin.values import Text
from nenrin.work import checking
from nenrin.work.models import PlanEdition, PlanMilestone, PlanObjective, PlanReview, SuccessPlan
from nenrin.work.models.plan import LIVE_PLANS, PlanState, Sort
from nenrin.work.planning import progress, rows, templates
from nenrin.work.planning.progress import Progress

MOST_SUCCESS = 5000
CHANGEABLE = frozenset(
    {"title", "success", "said_by", "usage_reason", "owner", "starts_on", "ends_on", "next_review_on"}
)
NO_PLAN = Text("a success plan agreed with the customer", "お客様と合意したサクセスプラン")
NO_WORDS = Text("the definition of success in the customer's words", "お客様の言葉での成功の定義")
NO_BUSINESS = Text(
    "one measure of the customer's business, or a reason why usage alone is enough",
    "事業成果の指標を1つ、または利用状況の指標だけで足りる理由",
)
NO_TARGET = Text("a target for each objective", "すべての目標の目標値")


def open(
    account: Account,
    title: str,
    *,
    by: Actor,
    at: datetime,
    owner: Member | None = None,
    template: str = "",
    success: str = "",
    said_by: Contact | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    language: str = "ja",
) -> SuccessPlan:
    """Begin a plan as a draft, with the template's objectives and milestones. Raises Refused. Journal: work.plan.opened."""
    pattern = templates.find(template) if template else None
    if template and pattern is None:
        raise Refused.one("template", Text("no such template", "テンプレートがない"), template)
    starts = starts_on or organisation.today(at)
    with transaction.atomic():
        plan = SuccessPlan(
            account=account, title=title.strip(), owner=owner, template=template, success=success.strip(),
            said_by=said_by, starts_on=starts, ends_on=ends_on, created_at=at, changed_at=at,
        )  # fmt: skip
        _check(plan)
        plan.save()
        if pattern:
            _follow(plan, pattern, language)
        rows.record("work.plan.opened", plan, by, at)
    return plan


def _follow(plan: SuccessPlan, pattern: templates.Template, language: str) -> None:
    """The template's objectives (our measures with today's value as baseline) and milestones, by business days."""
    bulk.insert(
        [
            PlanObjective(
                plan=plan, position=place, title=each.title.in_(language), sort=each.sort, measure=each.measure,
                figure=each.figure.in_(language), unit=each.unit.in_(language), target=each.target,
                baseline=progress.current(plan.account_id, each.measure) if each.measure else None,
            )
            for place, each in enumerate(pattern.objectives)
        ]
    )  # fmt: skip
    bulk.insert(
        [
            PlanMilestone(
                plan=plan, position=place, title=each.title.in_(language), side=each.side,
                due_on=None if each.after is None else add_business_days(plan.starts_on, each.after),
                owner_id=plan.owner_id if each.side == "ours" else None,
            )
            for place, each in enumerate(pattern.milestones)
        ]
    )  # fmt: skip


def change(plan: SuccessPlan, *, by: Actor, at: datetime, version: int | None = None, **fields: Any) -> SuccessPlan:
    """Change words, days or owner. What was agreed stands in its edition until it is agreed anew.

    Safe to repeat. Raises Refused, Conflict. Journal: work.plan.changed.
    """
    unknown = fields.keys() - CHANGEABLE
    if unknown:
        raise TypeError(f"a plan has no {', '.join(sorted(unknown))} to change")
    with transaction.atomic():
        stands = rows.locked(plan, version, fields)
        changed = {name: value for name, value in fields.items() if getattr(stands, name) != value}
        if not changed:
            return stands
        _refuse_closed(stands)
        for name, value in changed.items():
            setattr(stands, name, value.strip() if isinstance(value, str) else value)
        _check(stands)
        rows.save(stands, at)
        rows.record("work.plan.changed", stands, by, at, note={"fields": ", ".join(sorted(changed))})
    return stands


def _check(plan: SuccessPlan) -> None:
    faults = checking.words("title", plan.title, 200)
    faults += checking.words("success", plan.success, MOST_SUCCESS, needed=False)
    faults += checking.words("usage_reason", plan.usage_reason, 500, needed=False)
    for name in ("starts_on", "ends_on", "next_review_on"):
        faults += checking.day(name, getattr(plan, name), needed=name == "starts_on")
    if plan.ends_on and plan.starts_on and plan.ends_on < plan.starts_on:
        faults.append(Fault("ends_on", Text("not before the start", "開始日以降の日付"), plan.ends_on))
    if plan.said_by and plan.said_by.account_id != plan.account_id:
        faults.append(Fault("said_by", Text("somebody at this account", "この顧客の担当者"), plan.said_by_id))
    checking.refuse(faults)


def _refuse_closed(plan: SuccessPlan) -> None:
    if plan.state not in LIVE_PLANS:
        raise Refused.one("state", Text("closed: open it again first", "終了済み。先に再開する"), plan.state)


def missing(plan: SuccessPlan) -> list[Text]:
    """What still lacks before a plan can be agreed; empty where nothing."""
    objectives = list(plan.objectives.values_list("sort", "target"))
    found = [] if plan.success.strip() else [NO_WORDS]
    has_business = any(sort == Sort.BUSINESS for sort, _ in objectives)
    if not has_business and not (objectives and plan.usage_reason.strip()):
        found.append(NO_BUSINESS)
    if any(target is None for _, target in objectives):
        found.append(NO_TARGET)
    return found


def missing_for_close(account: Account) -> list[Text]:
    """What still lacks before onboarding may be closed: an agreed plan with the customer's words and a business measure."""
    agreed = SuccessPlan.objects.filter(account=account, state__in=[PlanState.AGREED, PlanState.ACHIEVED])
    lacking = [missing(plan) for plan in agreed.order_by("-agreed_on", "-pk")]
    if not lacking:
        draft = SuccessPlan.objects.filter(account=account, state=PlanState.DRAFT).first()
        return [NO_PLAN, *(missing(draft) if draft else [])]
    return min(lacking, key=len)


def agree(
    plan: SuccessPlan, *, by: Actor, at: datetime, on: date | None = None, agreed_with: str, version: int | None = None
) -> SuccessPlan:
    """The customer agreed to the text as it stands: it becomes an edition. Safe to repeat while nothing changed.

    Raises Refused where `missing` finds anything, Conflict. Journal: work.plan.agreed.
    """
    checking.refuse(checking.words("agreed_with", agreed_with, 200) + checking.day("agreed_on", on))
    with transaction.atomic():
        stands = rows.locked(plan, version)
        _refuse_closed(stands)
        checking.refuse(Fault("agreed", text) for text in missing(stands))
        text = rows.document(stands)
        last = stands.editions.first()
        if stands.state == PlanState.AGREED and last and last.document == text:
            return stands
        stands.state, stands.edition = PlanState.AGREED, stands.edition + 1
        stands.agreed_on, stands.agreed_with = on or organisation.today(at), agreed_with.strip()
        stands.agreed_by_id = by.member
        PlanEdition.objects.create(
            plan=stands, number=stands.edition, document=text, agreed_on=stands.agreed_on,
            agreed_with=stands.agreed_with, by_id=stands.agreed_by_id, at=at,
        )  # fmt: skip
        rows.save(stands, at)
        rows.record("work.plan.agreed", stands, by, at, note={"edition": stands.edition})
    return stands


def is_changed_since(plan: SuccessPlan) -> bool:
    """Was the text changed after it was agreed?"""
    last = plan.editions.first()
    return last is not None and last.document != rows.document(plan)


def achieve(plan: SuccessPlan, *, by: Actor, at: datetime, words: str = "", version: int | None = None) -> SuccessPlan:
    """Success as defined is there. Raises Refused for one that was never agreed, Conflict. Journal: work.plan.achieved."""
    return _close(plan, PlanState.ACHIEVED, words, version, by, at)


def abandon(plan: SuccessPlan, reason: str, *, by: Actor, at: datetime, version: int | None = None) -> SuccessPlan:
    """It is given up, and why. Raises Refused without a reason, Conflict. Journal: work.plan.abandoned."""
    checking.refuse(checking.words("reason", reason, 1000))
    return _close(plan, PlanState.ABANDONED, reason, version, by, at)


def _close(
    plan: SuccessPlan, state: PlanState, words: str, version: int | None, by: Actor, at: datetime
) -> SuccessPlan:
    checking.refuse(checking.words("words", words, 1000, needed=False))
    with transaction.atomic():
        stands = rows.locked(plan, version)
        if stands.state == state:
            return stands
        _refuse_closed(stands)
        if state is PlanState.ACHIEVED and stands.edition == 0:
            raise Refused.one("state", Text("agree it with the customer first", "先にお客様と合意する"), stands.state)
        stands.state, stands.close_words, stands.closed_on = state, words.strip(), organisation.today(at)
        rows.save(stands, at)
        rows.record(f"work.plan.{state.value}", stands, by, at, personal={"words": stands.close_words})
    return stands


def reopen(plan: SuccessPlan, *, by: Actor, at: datetime, version: int | None = None) -> SuccessPlan:
    """A closed plan goes on. Safe to repeat. Raises Conflict. Journal: work.plan.reopened."""
    with transaction.atomic():
        stands = rows.locked(plan, version)
        if stands.state in LIVE_PLANS:
            return stands
        stands.state = PlanState.AGREED if stands.edition else PlanState.DRAFT
        stands.closed_on, stands.close_words = None, ""
        rows.save(stands, at)
        rows.record("work.plan.reopened", stands, by, at)
    return stands


def review(
    plan: SuccessPlan,
    *,
    by: Actor,
    at: datetime,
    words: str = "",
    on: date | None = None,
    next_on: date | None = None,
) -> PlanReview:
    """It was looked at together with the customer. Raises Refused. Journal: work.plan.reviewed."""
    faults = checking.words("words", words, 2000, needed=False) + checking.day("on", on)
    checking.refuse(faults + checking.day("next_on", next_on))
    with transaction.atomic():
        stands = rows.locked(plan)
        day = on or organisation.today(at)
        made = PlanReview.objects.create(
            plan=stands, on=day, words=words.strip(), next_on=next_on, by_id=by.member, at=at
        )
        stands.reviewed_on, stands.next_review_on = max(day, stands.reviewed_on or day), next_on
        rows.save(stands, at)
        rows.record("work.plan.reviewed", stands, by, at, personal={"words": made.words})
    return made


@dataclass(frozen=True, slots=True)
class Brief:
    """What a meeting should have before it of the account's plan."""

    plan: SuccessPlan
    progress: Progress


def brief(account: Account, *, today: date) -> Brief | None:
    """The plan that runs (an agreed one before a draft); None where there is none. Four queries."""
    live = SuccessPlan.objects.filter(account=account, state__in=LIVE_PLANS).select_related("owner")
    plan = live.order_by("state", "-starts_on").first()  # "agreed" comes before "draft"
    return Brief(plan, progress.of([plan], today)[plan.pk]) if plan else None
