"""The list of success plans: how far each is, which wait for a review, who has none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from nenrin.customers.models import Account
from nenrin.customers.statuses import Status
from nenrin.foundation import format
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.search import normal
from nenrin.values import Ratio, Text
from nenrin.web import exports, navigation
from nenrin.web.components import Fact
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, ordered, page_of, plain, whole
from nenrin.web.plans import figures
from nenrin.web.plans.figures import VIEW
from nenrin.work.models import PlanMilestone, PlanObjective, SuccessPlan
from nenrin.work.models.plan import LIVE_PLANS, PLAN_STATES, PlanState, Sort
from nenrin.work.planning import progress
from nenrin.work.planning.progress import Progress

SORTS = {
    "account": "account__name", "title": "title", "state": "state", "owner": "owner__name", "agreed": "agreed_on",
    "review": "next_review_on", "ends": "ends_on", "starts": "starts_on",
}  # fmt: skip
FILTERS = ("q", "state", "owner", "review", "late", "lacking", "mine")
HEADS = (
    Text("Account", "顧客"), Text("Plan", "プラン名"), Text("State", "状態"), Text("Progress", "進捗"),
    Text("Objectives met", "達成した目標"), Text("Objectives", "目標数"), Text("Milestones done", "完了したマイルストーン"),
    Text("Milestones", "マイルストーン数"), Text("Late", "遅れ"), Text("Owner", "担当"), Text("Agreed on", "合意日"),
    Text("Edition", "版"), Text("Reviewed on", "振り返り日"), Text("Next review", "次回の振り返り"), Text("Until", "期限"),
    Text("Business measure", "事業成果の指標"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    plan: SuccessPlan
    title: str
    state: Text
    progress: Progress
    is_review_due: bool
    has_business: bool


@requires(VIEW)
def plans(request: MemberRequest) -> HttpResponse:
    """Plans of the accounts in the viewer's scope; those that run unless asked otherwise."""
    today = navigation.today(request)
    rows, filters = _asked(request, today)
    sort = chosen_sort(request, SORTS, "review")
    page = page_of(ordered(rows, sort, SORTS), request)
    owners = SuccessPlan.objects.for_member(request.user, VIEW).values("owner")
    context = {
        "as_of": request.at,
        "page": page,
        "lines": _lines(list(page.object_list), today, figures.may_read(request)),
        "facts": _facts(request, today),
        "sort": sort,
        "filters": filters,
        "has_filters": any(filters[name] for name in FILTERS if name != "state"),
        "states": [("live", Text("Running", "進行中")), *((key.value, word) for key, word in PLAN_STATES.items())],
        "owners": list(Member.objects.filter(pk__in=owners).values_list("pk", "name")),
        "query": request.GET.urlencode(),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "may_read": figures.may_read(request),
    }
    return render(request, "plans/list.html", context)


def _lines(rows: list[SuccessPlan], today: date, may_read: bool) -> list[Line]:
    told = progress.of(rows, today)
    return [
        Line(
            row, row.title if may_read else figures.HIDDEN, PLAN_STATES[PlanState(row.state)], told[row.pk],
            row.next_review_on is not None and row.next_review_on <= today,
            any(one.objective.sort == Sort.BUSINESS for one in told[row.pk].objectives),
        )
        for row in rows
    ]  # fmt: skip


def _facts(request: MemberRequest, today: date) -> tuple[Fact, ...]:
    """Over all in scope, whatever is filtered."""
    language = exports.language()
    rows = SuccessPlan.objects.for_member(request.user, VIEW).filter(account__archived_at__isnull=True)
    told = rows.order_by().aggregate(
        agreed=Count("pk", filter=Q(state=PlanState.AGREED)),
        drafts=Count("pk", filter=Q(state=PlanState.DRAFT)),
        due=Count("pk", filter=Q(state__in=LIVE_PLANS, next_review_on__lte=today)),
    )
    customers = Account.objects.for_member(request.user, VIEW).standing().filter(status=Status.CUSTOMER)
    planned = Exists(SuccessPlan.objects.filter(account=OuterRef("pk"), state__in=COUNTS))
    with_plan = customers.filter(planned).count()
    late = PlanMilestone.objects.filter(
        done_on__isnull=True, due_on__lt=today, plan__in=rows.filter(state__in=LIVE_PLANS)
    )
    return (
        Fact(Text("Customers with a plan", "サクセスプランのある顧客"),
             format.percent(Ratio(with_plan, customers.count()), language, 0), meaning=Text(
            "Customers in your scope with a plan that was agreed (or achieved), of all customers in it.",
            "あなたが見られる契約中の顧客のうち、合意済みまたは達成したサクセスプランがある割合。")),
        Fact(Text("Agreed", "合意済み"), format.number(told["agreed"], language), meaning=Text(
            "Plans that run and were agreed with the customer.", "お客様と合意済みで進行中のプラン。")),
        Fact(Text("Drafts", "下書き"), format.number(told["drafts"], language), meaning=Text(
            "Not agreed with the customer yet.", "まだお客様と合意していないプラン。")),
        Fact(Text("Reviews due", "振り返りの期限"),
             format.number(told["due"], language), meaning=Text(
            "The day of the next review with the customer is today or has passed.", "次回の振り返り日が今日または過ぎているプラン。")),
        Fact(Text("Late milestones", "遅れているマイルストーン"), format.number(late.count(), language), meaning=Text(
            "Steps of running plans, ours and theirs, whose day has passed.", "進行中のプランで期限を過ぎた項目。当社・お客様の両方を含む。")),
    )  # fmt: skip


#: In these states a customer has a plan.
COUNTS = (PlanState.AGREED, PlanState.ACHIEVED)


def _asked(request: MemberRequest, today: date) -> tuple[QuerySet[SuccessPlan], dict[str, str]]:
    filters = {name: plain(request.GET.get(name)) for name in FILTERS}
    rows = SuccessPlan.objects.for_member(request.user, VIEW).filter(account__archived_at__isnull=True)
    rows = rows.select_related("account", "owner")
    if filters["q"]:
        named = Q(account__search__contains=normal(filters["q"]))
        rows = rows.filter(named | Q(title__icontains=filters["q"]) if figures.may_read(request) else named)
    if "state" not in request.GET:
        filters["state"] = "live"
    if filters["state"] == "live":
        rows = rows.live()
    elif filters["state"] in set(PlanState):
        rows = rows.filter(state=filters["state"])
    if owner := whole(filters["owner"]):
        rows = rows.filter(owner=owner)
    return _narrowed(rows, filters, request.user, today), filters


def _narrowed(
    rows: QuerySet[SuccessPlan], filters: dict[str, str], member: Member, today: date
) -> QuerySet[SuccessPlan]:
    if filters["review"]:
        rows = rows.filter(next_review_on__lte=today)
    if filters["late"]:
        late = PlanMilestone.objects.filter(plan=OuterRef("pk"), done_on__isnull=True, due_on__lt=today)
        rows = rows.filter(Exists(late))
    if filters["lacking"]:
        business = PlanObjective.objects.filter(plan=OuterRef("pk"), sort=Sort.BUSINESS)
        rows = rows.filter(~Exists(business) | Q(success=""))
    return rows.filter(owner=member) if filters["mine"] else rows


@requires(Permission.EXPORT)
def plans_export(request: MemberRequest, kind: str) -> Any:
    """The list as a file."""
    today, may_read = navigation.today(request), figures.may_read(request)
    rows, filters = _asked(request, today)
    rows = rows.filter(pk__in=SuccessPlan.objects.for_member(request.user, Permission.EXPORT).values("pk"))
    language = exports.language()

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(rows, SuccessPlan.objects.select_related("account", "owner")):
            yield from (_cells(line, language) for line in _lines(chunk, today, may_read))

    exports.note(request, "plan", rows.count(), filters, room="work")
    return exports.answer(kind, "success-plans", [head.in_(language) for head in HEADS], lines(), request.at)


def _cells(line: Line, language: str) -> list[Any]:
    plan, told = line.plan, line.progress
    share = told.share
    return [
        plan.account.name, line.title, line.state.in_(language), None if share is None else round(share, 3), told.met,
        len(told.objectives), told.done, len(told.milestones), len(told.late), plan.owner.name if plan.owner else "",
        plan.agreed_on, plan.edition or None, plan.reviewed_on, plan.next_review_on, plan.ends_on,
        "○" if line.has_business else "",
    ]  # fmt: skip


urlpatterns = [
    path("success-plans", plans, name="success-plans"),
    path("success-plans/export.<str:kind>", plans_export, name="success-plans-export"),
]
