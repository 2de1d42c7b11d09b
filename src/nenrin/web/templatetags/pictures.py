"""The tags of the larger pictures: each takes one frozen record of nenrin.web.charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from django import template
from django.utils.translation import get_language

from nenrin.values import Text
from nenrin.web.charts import columns, curve, falls, gantt, heat, lines, shares
from nenrin.web.charts.bands import BANDS

register = template.Library()


def reading(context: template.Context, term: str) -> dict[str, object]:
    """What a picture needs of its page to explain its figures: the term, and whose clock the stamp follows."""
    return {"term": term, **{name: context.get(name) for name in ("as_of", "user", "shell")}}


def _words(value: object) -> str:
    return value.in_(get_language() or "ja") if isinstance(value, Text) else str(value)


@register.inclusion_tag("components/falls.html", name="falls", takes_context=True)
def falls_tag(context: template.Context, chart: falls.Falls, caption: object = "", term: str = "") -> dict[str, object]:
    """The contribution waterfall of a charts.falls.Falls."""
    return reading(context, term) | {"falls": chart, "picture": falls.draw(chart), "caption": caption}


#: Width of a picture on a phone, where a wide one would shrink its words below reading.
_PHONE = 384


@register.inclusion_tag("components/shares.html", name="shares", takes_context=True)
def shares_tag(context: template.Context, chart: shares.Shares, term: str = "") -> dict[str, object]:
    """Stacked bars by band of a charts.shares.Shares; `detail` of the last row's shares is printed in the legend."""
    width = max((shares.breadth(_words(whole.label)) + 12 for whole in chart.wholes if whole.label), default=0.0)
    told = [share for whole in chart.wholes for share in whole.shares if share.detail]
    return reading(context, term) | {
        "shares": chart,
        "picture": shares.draw(chart, width),
        "narrow": shares.draw(replace(chart, width=_PHONE), width) if chart.width > _PHONE else None,
        "label_width": width,
        "bands": BANDS,
        "details": {share.band: share.detail for share in told},
        "links": {share.band: share.url for share in told if share.url},
    }


@register.inclusion_tag("components/lines.html", name="lines", takes_context=True)
def lines_tag(context: template.Context, chart: lines.Lines, caption: object = "", term: str = "") -> dict[str, object]:
    """A line chart with its table of a charts.lines.Lines."""
    return reading(context, term) | {"lines": chart, "picture": lines.draw(chart), "caption": caption}


@register.inclusion_tag("components/columns.html", name="columns", takes_context=True)
def columns_tag(context: template.Context, chart: columns.Columns, term: str = "") -> dict[str, object]:
    """Columns by day with their table of a charts.columns.Columns."""
    return reading(context, term) | {"columns": chart, "picture": columns.draw(chart)}


@register.inclusion_tag("components/curve.html", name="curve", takes_context=True)
def curve_tag(context: template.Context, chart: curve.Curve, caption: object = "") -> dict[str, object]:
    """The picture of a curve editor of a charts.curve.Curve; its knots are edited in a table beside it."""
    return reading(context, "measure_curve") | {"curve": chart, "picture": curve.draw(chart), "caption": caption}


@register.inclusion_tag("components/heat.html", name="heat", takes_context=True)
def heat_tag(context: template.Context, chart: heat.Heat, term: str = "") -> dict[str, object]:
    """A heat map of a charts.heat.Heat."""
    return reading(context, term) | {"heat": chart, "picture": heat.draw(chart)}


@register.inclusion_tag("components/gantt.html", name="gantt")
def gantt_tag(chart: gantt.Gantt) -> dict[str, object]:
    """Steps over days of a charts.gantt.Gantt; the table of the steps stands beside it."""
    return {"gantt": chart, "picture": gantt.draw(chart), "looks": gantt.LOOKS}


@register.filter
def at(values: Mapping[object, object], key: object) -> object:
    """One value of a mapping: {{ details|at:band }}."""
    return values.get(key, "")
