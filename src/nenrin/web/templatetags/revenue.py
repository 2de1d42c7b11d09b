"""Tags of the revenue pages: signed money, the bridge from begin to end, a KPI's value."""

from __future__ import annotations

from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.figures import Figure
from nenrin.analytics.revenue.kpis import Kpi, is_money
from nenrin.foundation import format, organisation
from nenrin.insight.revenue import policies
from nenrin.insight.revenue import words as revenue_words
from nenrin.values import Money, Text
from nenrin.web import marks
from nenrin.web.charts import waterfall
from nenrin.web.templatetags.nenrin import language
from nenrin.web.templatetags.pictures import reading

register = template.Library()


@register.simple_tag
def amount(minor: int, currency: str = "JPY") -> str:
    """Money with its sign; zero without any."""
    shown = format.money(Money(abs(minor), currency), language())
    return shown if minor == 0 else ("+" if minor > 0 else format.MINUS) + shown


@register.inclusion_tag("revenue/waterfall.html", name="waterfall", takes_context=True)
def waterfall_tag(
    context: template.Context, chart: waterfall.Waterfall, unit: Text | str = "", term: str = ""
) -> dict[str, object]:
    """The bridge of a charts.waterfall.Waterfall."""
    return reading(context, term) | {"chart": chart, "picture": waterfall.draw(chart), "unit": unit}


@register.inclusion_tag("revenue/policy.html", name="metric_policy", takes_context=True)
def policy_tag(context: template.Context, day: date | None = None) -> dict[str, object]:
    """How the page's money is counted: the metric policy live on a day, or on that of the page's `as_of`."""
    as_of = day or context["as_of"]
    live = policies.live(organisation.today(as_of) if isinstance(as_of, datetime) else as_of)
    return {"policy": revenue_words.policy(live), "policy_version": live.version, **reading(context, "")}


@register.simple_tag
def kpi(figure: Figure, currency: str = "JPY") -> SafeString | str:
    """A figure as it reads, or the mark for not enough data."""
    if figure.value is None:
        return marks.missing(language())
    return revenue_words.figure(KPIS[figure.kpi], figure.value, currency, language())


@register.simple_tag
def reach(figure: Figure, currency: str = "JPY") -> str:
    """The interval of a figure, where it has one."""
    words = revenue_words.reach(KPIS[figure.kpi], figure, currency, language())
    return format_html('<span class="nowrap">{}</span>', words) if words else ""


@register.simple_tag
def beneath(figure: Figure, currency: str = "JPY") -> str:
    """The same in small type below the figure, named for whoever listens."""
    words = revenue_words.reach(KPIS[figure.kpi], figure, currency, language())
    name = Text("95% interval", "95%区間").in_(language())
    small = '<br><small class="muted reach"><span class="visually-hidden">{} </span>{}</small>'
    return format_html(small, name, words) if words else ""


@register.simple_tag
def bound(of: Kpi, value: float, currency: str = "JPY") -> str:
    """An end of a band, in the KPI's own unit."""
    return revenue_words.figure(of, value, currency, language())


@register.simple_tag
def part(of: Kpi, value: int, currency: str = "JPY", side: str = "over") -> str:
    """One account's part of a fraction: money, or a count."""
    name = of.parts[0] if side == "over" else of.parts[1]
    if is_money(name):
        return format.money(Money(value, currency), language())
    return format.number(value, language())
