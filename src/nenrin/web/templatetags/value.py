"""Tags of the value pages: lifetimes and the ROI simulator."""

from __future__ import annotations

from collections.abc import Sequence

from django import template

from nenrin.values import Money
from nenrin.web.charts import tornado

register = template.Library()


@register.inclusion_tag("components/tornado.html", name="tornado")
def tornado_tag(swings: Sequence[tornado.Swing], middle: Money, caption: object = "") -> dict[str, object]:
    """What moves a result, each input a fifth lower and higher."""
    return {"picture": tornado.draw(swings, float(middle.minor)), "middle": middle, "caption": caption}
