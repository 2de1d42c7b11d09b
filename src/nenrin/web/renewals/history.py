"""What came of renewals: quarter by quarter, how good forecasts were, and the snapshots that were kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from nenrin.analytics.revenue.fiscal import Fiscal
from nenrin.customers.models import Subscription
from nenrin.foundation import format
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.revenue import own_money, policies, words
from nenrin.values import Text
from nenrin.web import exports, navigation, toasts
from nenrin.web.accounts.filters import Choices
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, in_order, plain
from nenrin.web.renewals import figures
from nenrin.web.renewals.pages import TITLE, VIEW, chosen, currency_of, views
from nenrin.web.renewals.rows import OF_ACCOUNT, of_accounts
from nenrin.work import renewal_accuracy, renewal_pipeline, renewal_quarters, renewal_snapshots
from nenrin.work.models import RenewalCheckpoint, RenewalOutcome, RenewalSnapshot
from nenrin.work.models.renewal import SIDES, Side
from nenrin.work.renewal_accuracy import MODEL, Accuracy
from nenrin.work.renewal_checkpoints import DAYS
from nenrin.work.renewal_quarters import Quarter
from nenrin.work.renewal_scenarios import KINDS, Scenario

OVERRIDE = Permission.RENEWALS_OVERRIDE
SNAPSHOTS = 12
KINDS_OF_FIGURES: Final = {"past": Text("as it came", "実績"), "ahead": Text("foretold", "予測")}
FILTERS: Final = (*OF_ACCOUNT, "kind")
SORTS: Final[Mapping[str, Callable[[Quarter], Any]]] = {
    "quarter": lambda one: (one.period.start, one.is_ahead), "terms": lambda one: one.steps.count,
    "due": lambda one: one.steps.start, "churn": lambda one: one.steps.churn, "down": lambda one: one.steps.downsell,
    "up": lambda one: one.steps.upsell, "left": lambda one: one.steps.end, "grr": lambda one: one.steps.grr,
    "nrr": lambda one: one.steps.nrr, "running": lambda one: None if one.is_ahead else one.running,
}  # fmt: skip
HEADS = (
    Text("Quarter", "四半期"), Text("From", "開始日"), Text("Before", "終了日の翌日"), Text("Foretold", "予測"),
    Text("Terms", "件数"), Text("Left (terms)", "解約件数"), Text("Due", "更新対象"), Text("Churn", "解約"),
    Text("Downsell", "縮小"), Text("Upsell", "拡大"), Text("Left", "更新後"), Text("GRR", "GRR"), Text("NRR", "NRR"),
    Text("Not over yet", "期間中"), Text("Currency", "通貨"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A quarter as it reads."""

    quarter: Quarter
    key: str
    name: str
    amounts: tuple[str, ...]
    is_here: bool


@requires(VIEW)
def history(request: MemberRequest) -> HttpResponse:
    """Past quarters and those ahead, of the accounts asked for, one of them as a bridge; accuracy; snapshots."""
    currency, scenario = currency_of(request), chosen(request, Scenario.MEDIUM)
    filters, sort = _filters(request), chosen_sort(request, SORTS, "quarter")
    quarters, fiscal = _quarters(request, scenario, VIEW), policies.fiscal()
    here, own = _here(request, quarters), own_money.on(navigation.today(request))
    checkpoints = RenewalCheckpoint.objects.for_member(request.user, VIEW).filter(of_accounts(filters))
    accuracies, known = renewal_accuracy.each(checkpoints, DAYS, own), Choices.current()
    context = {
        "as_of": request.at,
        "title": TITLE,
        "tabs": views("renewals-history"),
        "scenario": scenario.value,
        "scenarios": [(key.value, kind.name) for key, kind in KINDS.items()],
        "meaning": KINDS[scenario].meaning,
        "quarters": [_shown(one, one is here, currency, fiscal) for one in in_order(quarters, sort, SORTS)],
        "filters": filters,
        "has_filters": any(filters.values()),
        "sort": sort,
        "kinds": KINDS_OF_FIGURES.items(),
        "owners": [one for one in known.owner if one.value.isdigit()],
        "segments": known.segment,
        "touches": known.touch,
        "here": _shown(here, True, currency, fiscal) if here else None,
        "waterfall": figures.waterfall(here.steps, currency) if here and here.steps.count else None,
        "unit": figures.unit(currency),
        "currency": currency,
        "rates": own.used(),
        "accuracies": [(days, _people(told, currency)) for days, told in accuracies.items()],
        "least": renewal_accuracy.LEAST,
        "snapshots": RenewalSnapshot.objects.select_related("author")[:SNAPSHOTS],
        "may_keep": allowed(request.user, OVERRIDE) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "renewals/history.html", context)


def _filters(request: MemberRequest) -> dict[str, str]:
    return {name: plain(request.GET.get(name)) for name in FILTERS}


def _quarters(request: MemberRequest, scenario: Scenario, permission: Permission) -> list[Quarter]:
    """In the order of time, those asked for."""
    today, currency, filters = navigation.today(request), currency_of(request), _filters(request)
    fiscal, asked = policies.fiscal(), of_accounts(filters)
    mine = Subscription.objects.for_member(request.user, VIEW).filter(asked)
    told = RenewalOutcome.objects.for_member(request.user, VIEW).filter(asked)
    if permission is not VIEW:
        mine = mine.filter(pk__in=Subscription.objects.for_member(request.user, permission).values("pk"))
        told = told.filter(pk__in=RenewalOutcome.objects.for_member(request.user, permission).values("pk"))
    own = own_money.on(today)
    over = renewal_quarters.past(told, mine, today, own, fiscal)
    until = today + timedelta(days=366)
    table = renewal_pipeline.read(renewal_pipeline.ahead(mine, today, until).order_by("pk"), own)
    found = [*over, *renewal_quarters.ahead(table, today, currency, scenario, fiscal)]
    return [one for one in found if filters["kind"] in ("", "ahead" if one.is_ahead else "past")]


def _here(request: MemberRequest, quarters: list[Quarter]) -> Quarter | None:
    """The one in the address, else the last that is over, else the first."""
    asked = request.GET.get("quarter", "")
    named = next((one for one in quarters if _key(one) == asked), None)
    over = [one for one in quarters if not one.is_ahead and one.steps.count]
    return named or (over[-1] if over else next(iter(quarters), None))


def _key(of: Quarter) -> str:
    return f"{of.period.start:%Y-%m}{'-ahead' if of.is_ahead else ''}"


def _name(of: Quarter, fiscal: Fiscal) -> str:
    return words.named(of.period, "quarter", fiscal).in_(exports.language())


def _shown(of: Quarter, is_here: bool, currency: str, fiscal: Fiscal) -> Shown:
    steps = of.steps
    each = (steps.start, steps.churn, steps.downsell, steps.upsell, steps.end)
    return Shown(of, _key(of), _name(of, fiscal), tuple(figures.money(one, currency) or "" for one in each), is_here)


def _people(rows: list[Accuracy], currency: str) -> list[tuple[Accuracy, Text | str, Text, list[str | None]]]:
    """Each with its name, its side and its money as it reads."""
    found = []
    for one in rows:
        side = Text("Model", "モデル") if one.side == MODEL else SIDES[Side(one.side)]
        name = Text("The model", "モデル") if one.side == MODEL else one.name
        amounts = [
            figures.money(minor, currency) for minor in (one.foretold, one.came, one.committed, one.committed_came)
        ]
        found.append((one, name, side, amounts))
    return found


@require_POST
@requires(OVERRIDE)
def keep(request: MemberRequest) -> HttpResponse:
    """Keep the forecast as it is now."""
    made = renewal_snapshots.take(by=Actor.of(request.user), author=request.user, at=request.at)
    told = format.number(made.count, "ja")
    words = Text(
        f"Snapshot of {format.counted(made.count, 'term')} kept.", f"{told}件のスナップショットを保存しました。"
    )
    toasts.say(request, words)
    return HttpResponseRedirect(f"{reverse('renewals-history')}#snapshots")


@requires(Permission.EXPORT)
def history_export(request: MemberRequest, kind: str) -> Any:
    """The quarters as a file, in their order, of accounts on which the viewer holds both rights."""
    scenario = chosen(request, Scenario.MEDIUM)
    currency, fiscal, language = currency_of(request), policies.fiscal(), exports.language()
    rows = in_order(_quarters(request, scenario, Permission.EXPORT), chosen_sort(request, SORTS, "quarter"), SORTS)

    def cells() -> Iterator[list[Any]]:
        yield from (_cells(one, currency, fiscal) for one in rows)

    exports.note(request, "renewal", len(rows), {"scenario": scenario.value} | _filters(request), room="work")
    return exports.answer(kind, "renewals-history", [head.in_(language) for head in HEADS], cells(), request.at)


def _cells(of: Quarter, currency: str, fiscal: Fiscal) -> list[Any]:
    steps = of.steps
    span: tuple[date, date] = (of.period.start, of.period.end)
    amounts = (round(one) for one in (steps.start, steps.churn, steps.downsell, steps.upsell, steps.end))
    return [
        _name(of, fiscal), *span, int(of.is_ahead), steps.count, of.left, *amounts, steps.grr, steps.nrr, of.running,
        currency,
    ]  # fmt: skip


urlpatterns = [
    path("renewals/history", history, name="renewals-history"),
    path("renewals/history/keep", keep, name="renewals-keep"),
    path("renewals/history/export.<str:kind>", history_export, name="renewals-history-export"),
]
