"""Revenue movements: from begin to end of a period, month by month, by slice, down to the accounts behind each figure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode

from nenrin.analytics.revenue.movements import CAUSE_NAMES, KINDS, NAMES
from nenrin.customers.models import Account
from nenrin.foundation import format
from nenrin.foundation.permissions import Permission, allowed
from nenrin.insight.revenue import locks, slices
from nenrin.insight.revenue import words as revenue_words
from nenrin.insight.revenue.slices import DIMENSIONS, Slice
from nenrin.insight.revenue.statements import Change, Statement
from nenrin.values import Money, Period, Text
from nenrin.web import exports
from nenrin.web.charts import units
from nenrin.web.charts.waterfall import Step, Waterfall
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import PAGE, plain
from nenrin.web.revenue.asking import VIEW, Asked, asked
from nenrin.web.revenue.notes import shown

MEANINGS: dict[str, Text] = {
    "new": Text("Accounts that pay for the first time.", "初めて契約が始まった顧客のMRR。"),
    "reactivation": Text("Accounts that had left and pay again.", "一度解約し、再び契約した顧客のMRR。"),
    "expansion": Text("Accounts that stayed and pay more.", "継続した顧客の増額。"),
    "contraction": Text("Accounts that stayed and pay less.", "継続した顧客の減額。"),
    "churn": Text("Accounts that pay nothing any more.", "契約がなくなった顧客のMRR。"),
    "fx": Text("The same contracts at other exchange rates.", "同じ契約の為替による増減。"),
    "adjustment": Text(
        "What became known after the books were closed: the opening as known now, less the opening as closed.",
        "締めた後に分かった変更。今分かっている期首と、締めた時点の期首との差。",
    ),
    "transfer": Text(
        "MRR of accounts that moved into or out of this slice; over all slices it adds up to zero.",
        "この区分に入った、または出た顧客のMRR。全区分を合計すると0になる。",
    ),
}
#: A cause of churn: nobody decided it.
UNWILLING = "unwilling"
LINES = ("begin", "adjustment", *KINDS, "fx", "transfer", "end")


@dataclass(frozen=True, slots=True)
class Cell:
    """One amount with its count and what stands behind it."""

    kind: str
    amount: int
    count: int | None
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A period or a slice across the lines."""

    name: Text
    url: str
    cells: tuple[Cell, ...]
    is_here: bool = False
    is_partial: bool = False


@requires(VIEW)
def revenue(request: MemberRequest) -> HttpResponse:
    """The movements of a period with its neighbours and its slices."""
    ask = asked(request)
    told = ask.statement()
    lines = _lines([told])
    scale, unit = units.monthly(ask.ledger.policy.reporting_currency, exports.language())
    context = {
        **frame(request, ask),
        "statement": told,
        "waterfall": _waterfall(ask, told, lines, scale),
        "rows": [(_cell(ask, told, kind), NAMES[kind], MEANINGS.get(kind)) for kind in lines],
        "unit": unit,
        "causes": _causes(ask, told),
        "unwilling_url": _opened(ask, "churn", UNWILLING),
        "lines": lines_of_table(ask),
        "by_slice": _by_slice(ask),
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
    }
    return render(request, "revenue/movements.html", context)


def frame(request: MemberRequest, ask: Asked) -> dict[str, Any]:
    """What the revenue pages share: what was asked, in words, and under which profile."""
    return {
        "as_of": ask.known if ask.known < ask.today else request.at,
        "ask": ask,
        "currency": ask.ledger.policy.reporting_currency,
        "grains": revenue_words.GRAINS.items(),
        "views": revenue_words.VIEWS.items(),
        "dimensions": DIMENSIONS.items(),
        "period_name": ask.name(),
        "span": revenue_words.span(ask.period),
        "policy": revenue_words.policy(ask.ledger.policy),
        "notes": shown(ask),
        "query": _query(ask),
        "is_known_before": ask.known < ask.today,
    }


def _query(ask: Asked, **changes: str) -> str:
    given = {"grain": ask.grain, "start": ask.period.start.isoformat(), "view": ask.view, "by": ask.by}
    given |= {"slice": ask.within.key} if ask.within else {}
    given |= {"known": ask.known.isoformat()} if ask.known < ask.today else {}
    given |= {"books": "restated"} if ask.is_restated else {}
    given |= changes
    return urlencode({name: value for name, value in given.items() if value or name == "slice"})


def _lines(told: Sequence[Statement]) -> list[str]:
    """The lines that a table needs: exchange rates and transfers only where there are any."""
    seldom = ("adjustment", "fx", "transfer")
    has = {kind: any(getattr(each, kind) for each in told) for kind in seldom}
    return [kind for kind in LINES if has.get(kind, True)]


def _amount(told: Statement, kind: str) -> tuple[int, int | None]:
    if kind in told.amounts:
        return told.amounts[kind], told.counts[kind]
    return {
        "begin": (told.begin, told.accounts_begin),
        "end": (told.end, told.accounts_end),
        "fx": (told.fx, None),
        "transfer": (told.transfer, None),
        "adjustment": (told.adjustment, None),
    }[kind]


def _cell(ask: Asked, told: Statement, kind: str, **changes: str) -> Cell:
    amount, count = _amount(told, kind)
    url = f"{reverse('revenue-accounts')}?{_query(ask, kind=kind, **changes)}" if amount or count else ""
    return Cell(kind, amount, count, url)


def _money(ask: Asked, minor: int) -> Money:
    return Money(minor, ask.ledger.policy.reporting_currency)


def _waterfall(ask: Asked, told: Statement, lines: Sequence[str], scale: float) -> Waterfall:
    language, steps = exports.language(), []
    for kind in lines:
        amount, _ = _amount(told, kind)
        is_total = kind in ("begin", "end")
        if not amount and not is_total:
            continue
        shown = format.money(_money(ask, abs(amount)), language, "compact")
        sign = "" if is_total else "+" if amount > 0 else format.MINUS
        steps.append(Step(NAMES[kind], amount, sign + shown, is_total))
    story = Text(f"MRR from {steps[0].text} to {steps[-1].text}", f"MRRは{steps[0].text}から{steps[-1].text}へ")
    return Waterfall(tuple(steps), story, scale)


def _causes(ask: Asked, told: Statement) -> list[tuple[Text, int, str]]:
    """Why it grew and shrank, each with the address of its accounts."""
    return [
        (_reason(NAMES[kind], CAUSE_NAMES[cause]), amount, _opened(ask, kind, cause))
        for kind in ("expansion", "contraction")
        for cause, amount in told.causes[kind].items()
    ]


def _opened(ask: Asked, kind: str, cause: str) -> str:
    return f"{reverse('revenue-accounts')}?{_query(ask, kind=kind, cause=cause)}"


def _reason(kind: Text, cause: Text) -> Text:
    return Text(f"{kind.en} by {cause.en}", f"{kind.ja}（{cause.ja}）")


def lines_of_table(ask: Asked) -> dict[str, Any]:
    """Period by period, the newest first."""
    told = [(period, ask.statement(period)) for period in reversed(ask.series())]
    lines = _lines([each for _, each in told])
    return {"heads": [NAMES[kind] for kind in lines], "rows": [_period_row(ask, p, each, lines) for p, each in told]}


def _period_row(ask: Asked, period: Period, told: Statement, lines: Sequence[str]) -> Row:
    start = period.start.isoformat()
    cells = tuple(_cell(ask, told, kind, start=start) for kind in lines)
    is_here = period == ask.period
    return Row(ask.name(period), "?" + _query(ask, start=start), cells, is_here, is_here and ask.is_partial)


def _by_slice(ask: Asked) -> dict[str, Any] | None:
    if not ask.by:
        return None
    told = _of_slices(ask)
    lines = _lines([each for _, each in told])
    rows = [
        Row(each.name, "?" + _query(ask, slice=each.key), tuple(_cell(ask, s, k, slice=each.key) for k in lines),
            ask.within is not None and each.key == ask.within.key)
        for each, s in told
    ]  # fmt: skip
    return {"heads": [NAMES[kind] for kind in lines], "rows": rows, "name": DIMENSIONS[ask.by]}


def _of_slices(ask: Asked) -> list[tuple[Slice, Statement]]:
    """The movements of the period in each part asked for."""
    return locks.of_slices(ask.books, ask.period, ask.view, ask.by) if ask.by else []


@dataclass(frozen=True, slots=True)
class Line:
    account: Account
    change: Change
    causes: tuple[Text, ...]


def _behind(ask: Asked, kind: str, cause: str) -> list[Change]:
    """All of a line, or what of it is for one cause."""
    if kind not in LINES:
        raise Http404(kind)
    found = locks.behind(ask.books, ask.period, kind, ask.view, ask.by, ask.within.key if ask.within else None)
    if cause == UNWILLING:
        return [each for each in found if each.unwilling]
    if cause not in CAUSE_NAMES:
        return found
    own = [replace(each, amount=told, causes={cause: told}) for each in found if (told := each.causes.get(cause))]
    return sorted(own, key=lambda each: -abs(each.amount))


@requires(VIEW)
def accounts(request: MemberRequest) -> HttpResponse:
    """The accounts behind one line."""
    ask, kind, cause = asked(request), plain(request.GET.get("kind")) or "end", plain(request.GET.get("cause"))
    found = _behind(ask, kind, cause)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        **frame(request, ask),
        "kind": kind,
        "title": _title(kind, cause),
        "kinds": [(each, NAMES[each]) for each in LINES],
        "page": page,
        "rows": _named(list(page)),
        "total": sum(change.amount for change in found),
        "back": f"{reverse('revenue')}?{_query(ask)}",
        "may_export": allowed(request.user, Permission.EXPORT) is not None,
        "export_query": _query(ask, kind=kind, cause=cause),
    }
    return render(request, "revenue/accounts.html", context)


def _title(kind: str, cause: str) -> Text:
    if cause == UNWILLING:
        return _reason(NAMES[kind], Text("unpaid invoices", "支払い滞納"))
    return _reason(NAMES[kind], CAUSE_NAMES[cause]) if cause in CAUSE_NAMES else NAMES[kind]


def _named(changes: Iterable[Change]) -> list[Line]:
    changes = list(changes)
    rows = Account.objects.in_bulk([change.account for change in changes])
    return [
        Line(rows[change.account], change, tuple(CAUSE_NAMES[cause] for cause in change.causes))
        for change in changes
        if change.account in rows
    ]


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> Any:
    """The accounts behind one line, as a file."""
    ask, line = asked(request, Permission.EXPORT), plain(request.GET.get("kind")) or "end"
    found, language = _behind(ask, line, plain(request.GET.get("cause"))), exports.language()
    heads: list[Text | str] = ["id", Text("Account", "顧客"), Text("MRR before", "期首MRR"), Text("MRR after", "期末MRR"), NAMES[line],
             Text("Currency", "通貨"), Text("Reason", "理由")]  # fmt: skip

    def lines() -> Iterator[list[Any]]:
        for one in _named(found):
            reasons = ", ".join(cause.in_(language) for cause in one.causes)
            amounts = [major(ask, minor) for minor in (one.change.before, one.change.after, one.change.amount)]
            yield [one.account.pk, one.account.name, *amounts, ask.ledger.policy.reporting_currency, reasons]

    exports.note(request, "subscription", len(found), {"kind": line, "period": revenue_words.span(ask.period).en})
    return exports.answer(kind, f"revenue-{line}", _heads(heads, language), lines(), request.at)


@requires(Permission.EXPORT)
def export(request: MemberRequest, kind: str) -> Any:
    """Period by period, and the period's slices where they are asked for, as a file."""
    ask, language = asked(request, Permission.EXPORT), exports.language()
    heads: list[Text | str] = [Text("From", "開始日"), Text("To (excluded)", "終了日（含まない）"), *(NAMES[line] for line in LINES),
             Text("Accounts at begin", "期首の社数"), Text("Accounts at end", "期末の社数"),
             Text("Currency", "通貨"), Text("By", "区分の種類"), Text("Slice", "区分"), "slice"]  # fmt: skip
    of, whole = DIMENSIONS[ask.by].in_(language) if ask.by else "", ask.within
    here = [of, whole.name.in_(language), slices.spoken(whole.key)] if whole else ["", slices.ALL.in_(language), ""]
    told = [(ask.statement(period), here) for period in ask.series()]
    for each, one in _of_slices(ask):
        told.append((one, [of, each.name.in_(language), slices.spoken(each.key)]))

    def lines() -> Iterator[list[Any]]:
        for each, part in told:
            amounts = [major(ask, _amount(each, line)[0]) for line in LINES]
            counts = [each.accounts_begin, each.accounts_end]
            yield [each.period.start, each.period.end, *amounts, *counts, ask.ledger.policy.reporting_currency, *part]

    exports.note(request, "subscription", len(told), {"by": ask.by, "grain": ask.grain})
    return exports.answer(kind, "revenue", _heads(heads, language), lines(), request.at)


def major(ask: Asked, minor: int) -> Any:
    return _money(ask, minor).major


def _heads(heads: Sequence[Text | str], language: str) -> list[str]:
    return [head.in_(language) if isinstance(head, Text) else head for head in heads]


urlpatterns = [
    path("revenue", revenue, name="revenue"),
    path("revenue/accounts", accounts, name="revenue-accounts"),
    path("revenue/export.<str:kind>", export, name="revenue-export"),
    path("revenue/accounts/export.<str:kind>", accounts_export, name="revenue-accounts-export"),
]
