"""Tags of pages that read the risk model beside other figures."""

from __future__ import annotations

from django import template

from nenrin.web.risk import quiet

register = template.Library()


@register.inclusion_tag("risk/quiet.html", name="risk_quiet")
def risk_quiet() -> dict[str, object]:
    """Why pages have no figures of the churn model, where they have none: one query."""
    return {"quiet": quiet.of("churn")}
