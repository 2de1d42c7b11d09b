"""Home: the portfolio's health by ARR, what changed, which dates come next, how fresh the facts are."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language

from nenrin.customers.models.account import AccountQuerySet
from nenrin.foundation import format, organisation
from nenrin.foundation.calendar import day_of, start_of
from nenrin.foundation.permissions import Permission, allowed
from nenrin.foundation.roles import Role
from nenrin.insight.revenue import rates
from nenrin.insight.start import focus
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.accounts import rings
from nenrin.web.charts import shares
from nenrin.web.components import Fact, Step
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.home import began, first_run, freshness, portfolio
from nenrin.web.home.portfolio import Deadline, Move, Portfolio, Renewals, Risk, Whose
from nenrin.web.start.asking import StartForm

WEEK = 7
#: Roles that look after accounts of their own, and so begin with those.
_OWNERS = {Role.CSM, Role.ONBOARDING, Role.SALES}


@requires(Permission.SIGNED_IN)
def home(request: MemberRequest) -> HttpResponse:
    """Empty installation: what to do first. Otherwise the portfolio, of oneself or of all one sees."""
    member, org = request.user, navigation.organisation_of(request) or organisation.current()
    held = focus.of(org)
    start = first_run.look(member, held)
    asks = not held.is_answered and allowed(member, Permission.ORGANISATION_EDIT) is not None
    if start.is_empty:
        return _empty(request, start.steps, StartForm(focus=held) if asks else None)
    zone = ZoneInfo(org.zone)
    today = day_of(request.at, zone)
    whose = _whose(request)
    rows = portfolio.customers(member, whose)
    exchange = rates.current(today).standing(today)
    figures = portfolio.figures(rows, today, exchange)
    since = portfolio.last_day_before(today)
    moves, moved_since = _moves(rows, since, zone)
    risks = portfolio.at_risk(rows)
    notices, renewals = portfolio.ahead(rows, today, exchange)
    lines: list[Risk | Deadline] = [*risks, *notices, *renewals.nearest]
    shown = {line.account.pk: line.account for line in lines}
    health = {key: account.health for key, account in shown.items() if getattr(account, "health", None)}
    context = {
        "as_of": request.at,
        "today": today,
        "whose": whose,
        "steps": start.steps,
        "asks": asks,
        "began": began.since(start.began_on, today, member),
        "figures": figures,
        "facts": _facts(figures, renewals),
        "by_arr": _by_arr(figures),
        "judged_at": figures.judged_at or request.at,
        "since": since,
        "moves": moves,
        "moved_since": moved_since,
        "risks": risks,
        "notices": notices,
        "renewals": renewals,
        "trees": rings.trees(shown.values(), health, today),
        "sources": freshness.sources(request.at) if allowed(member, Permission.DATA_VIEW) else [],
    }
    return render(request, "home/home.html", context)


def _empty(request: MemberRequest, steps: tuple[Step, ...], form: StartForm | None) -> HttpResponse:
    """What to do first; `form`: the questions, for who may answer them and did not yet."""
    may_import = allowed(request.user, Permission.IMPORT) is not None
    context = {"as_of": request.at, "steps": steps, "may_import": may_import, "form": form}
    return render(request, "home/first_run.html", context)


def _moves(rows: AccountQuerySet, since: date | None, zone: ZoneInfo) -> tuple[list[Move], date | None]:
    """What moved since the last stored day; on a quiet day, what moved within a week before it, and from when."""
    if since is None:
        return [], None
    found = portfolio.moves(rows, since, start_of(since, zone))
    if found:
        return found, since
    earlier = since - timedelta(WEEK)
    return portfolio.moves(rows, earlier, start_of(earlier, zone)), earlier


def _whose(request: MemberRequest) -> Whose:
    """As asked; otherwise people who look after accounts begin with their own, if they have any."""
    asked = request.GET.get("whose")
    if asked == "team" and request.user.team_id:
        return "team"
    if asked in {"mine", "all"}:
        return "mine" if asked == "mine" else "all"
    begins_with_own = Role(request.user.role) in _OWNERS and portfolio.customers(request.user, "mine").exists()
    return "mine" if begins_with_own else "all"


def _facts(figures: Portfolio, renewals: Renewals) -> list[Fact]:
    language = get_language() or "ja"
    risk = figures.of("risk")
    notices, first = figures.notices
    return [
        Fact(
            Text("Accounts", "顧客"),
            _companies(figures.accounts + figures.elsewhere),
            _elsewhere(figures),
            key="accounts",
        ),
        Fact(Text("ARR", "ARR"), format.money(figures.arr, language, "compact"), key="arr"),
        Fact(
            Text("At-risk ARR", "解約リスクARR"),
            format.money(risk.arr, language, "compact"),
            Text("{n}, {share}", "{n}・{share}").fill(
                n=_companies(risk.accounts).in_(language), share=format.percent(figures.share("risk"), language)
            ),
            key="at_risk_arr",
            at=figures.judged_at,
        ),
        Fact(
            Text("Renewals in 90 days", "90日以内の更新"),
            _companies(renewals.accounts),
            format.money(renewals.arr, language, "compact") if renewals.accounts else "",
            key="renewal",
        ),
        Fact(
            Text("Notice deadlines in 30 days", "30日以内の更新拒絶期限日"),
            _companies(notices),
            Text("first on {day}", "最短 {day}").fill(day=format.day(first, language, "brief")) if first else "",
            key="notice_deadline",
        ),
    ]


def _companies(count: int) -> Text:
    return Text(f"{count:,}", f"{count:,}社")


def _elsewhere(figures: Portfolio) -> Text | str:
    if not figures.elsewhere:
        return ""
    return Text(
        f"{figures.elsewhere:,} without an exchange rate",
        f"換算レートのない通貨の{figures.elsewhere:,}社は金額に含めず",
    )


def _by_arr(figures: Portfolio) -> shares.Shares:
    language = get_language() or "ja"
    parts = tuple(
        shares.Share(
            part.band,
            part.arr.minor,
            format.money(part.arr, language, "compact"),
            _companies(part.accounts).in_(language),
        )
        for part in figures.slices
    )
    told = Text("{healthy} of ARR is healthy, {risk} at risk", "ARRの健全 {healthy}、危険 {risk}").fill(
        healthy=format.percent(figures.share("good"), language), risk=format.percent(figures.share("risk"), language)
    )
    return shares.Shares((shares.Whole("", parts),), told, 720)


urlpatterns = [path("", home, name="home")]
