"""What came of renewals: quarter by quarter, how good forecasts were, and the snapshots that were kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

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
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.renewals import figures
from nenrin.web.renewals.pages import TITLE, VIEW, chosen, currency_of, views
from nenrin.work import renewal_accuracy, renewal_pipeline, renewal_quarters, renewal_snapshots
from nenrin.work.models import RenewalCheckpoint, RenewalOutcome, RenewalSnapshot
from nenrin.work.models.renewal import SIDES, Side
from nenrin.work.renewal_accuracy import MODEL, Accuracy
from nenrin.work.renewal_checkpoints import DAYS
from nenrin.work.renewal_quarters import Quarter
from nenrin.work.renewal_scenarios import KINDS, Scenario

OVERRIDE = Permission.RENEWALS_OVERRIDE
SNAPSHOTS = 12
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
    """Past quarters and those ahead, one of them as a bridge; accuracy; snapshots."""
    currency, scenario = currency_of(request), chosen(request, Scenario.MEDIUM)
    quarters, fiscal = _quarters(request, scenario, VIEW), policies.fiscal()
    here = _here(request, quarters)
    checkpoints, own = RenewalCheckpoint.objects.for_member(request.user, VIEW), own_money.on(navigation.today(request))
    context = {
        "as_of": request.at,
        "title": TITLE,
        "tabs": views("renewals-history"),
        "scenario": scenario.value,
        "scenarios": [(key.value, kind.name) for key, kind in KINDS.items()],
        "meaning": KINDS[scenario].meaning,
        "quarters": [_shown(one, one is here, currency, fiscal) for one in quarters],
        "here": _shown(here, True, currency, fiscal) if here else None,
        "waterfall": figures.waterfall(here.steps, currency) if here and here.steps.count else None,
        "unit": figures.unit(currency),
        "currency": currency,
        "rates": own.used(),
        "accuracies": [(days, _people(renewal_accuracy.of(checkpoints, days, own), currency)) for days in DAYS],
        "least": renewal_accuracy.LEAST,
        "snapshots": RenewalSnapshot.objects.select_related("author")[:SNAPSHOTS],
        "may_keep": allowed(request.user, OVERRIDE) is not None,
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "renewals/history.html", context)


def _quarters(request: MemberRequest, scenario: Scenario, permission: Permission) -> list[Quarter]:
    today, currency = navigation.today(request), currency_of(request)
    fiscal = policies.fiscal()
    mine = Subscription.objects.for_member(request.user, VIEW)
    told = RenewalOutcome.objects.for_member(request.user, VIEW)
    if permission is not VIEW:
        mine = mine.filter(pk__in=Subscription.objects.for_member(request.user, permission).values("pk"))
        told = told.filter(pk__in=RenewalOutcome.objects.for_member(request.user, permission).values("pk"))
    own = own_money.on(today)
    over = renewal_quarters.past(told, mine, today, own, fiscal)
    until = today + timedelta(days=366)
    table = renewal_pipeline.read(renewal_pipeline.ahead(mine, today, until).order_by("pk"), own)
    return [*over, *renewal_quarters.ahead(table, today, currency, scenario, fiscal)]


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
    """The quarters as a file, of accounts on which the viewer holds both rights."""
    scenario = chosen(request, Scenario.MEDIUM)
    rows, currency, fiscal = _quarters(request, scenario, Permission.EXPORT), currency_of(request), policies.fiscal()
    language = exports.language()

    def cells() -> Iterator[list[Any]]:
        yield from (_cells(one, currency, fiscal) for one in rows)

    exports.note(request, "renewal", len(rows), {"scenario": scenario.value}, room="work")
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
