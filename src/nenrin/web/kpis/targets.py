"""Targets on a KPI's page: set, shown, taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.analytics.revenue.catalogue import KPIS
from nenrin.analytics.revenue.kpis import Kpi
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Team
from nenrin.foundation.permissions import Permission
from nenrin.insight.models import KpiTarget
from nenrin.insight.revenue import targets, words
from nenrin.insight.revenue.targets import NoTarget, NoTeam, StillLeads
from nenrin.values import Text, minor_digits
from nenrin.web import exports, toasts
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.revenue.asking import Asked, asked


def of(ask: Asked) -> dict[str, KpiTarget]:
    """The targets of the period and slice asked for, by KPI."""
    within = ask.within.key if ask.within else ""
    return targets.of(ask.grain, ask.period.start, ask.by if ask.within else "", within)


class TargetForm(forms.Form):
    """Shares as percentages, money in major units."""

    value = forms.DecimalField(label=_("Target"), required=False, help_text=_("Empty takes it back"))
    team = forms.ModelChoiceField(label=_("Team that answers for it"), queryset=Team.objects.all(), required=False)
    leading_kpi = forms.ChoiceField(label=_("Steered by"), required=False, help_text=_(
        "An outcome needs a leading KPI with a target for the same period"))  # fmt: skip

    def __init__(self, *args: Any, kpi: Kpi, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = {"share": "%", "money": currency}.get(kpi.unit, words.UNITS[kpi.unit].in_(exports.language()))
        self.fields["value"].label = f"{_('Target')} ({unit})"
        leading = [(key, each.name.in_(exports.language())) for key, each in KPIS.items()
                   if key in targets.LEADING and not each.waits]  # fmt: skip
        self.fields["leading_kpi"].choices = [("", "—"), *leading]  # type: ignore[attr-defined]
        if kpi.key in targets.OUTCOMES:
            self.fields["team"].help_text = _("An outcome needs a team")
        else:
            del self.fields["leading_kpi"]


def form(ask: Asked, kpi: Kpi) -> TargetForm:
    """The form with what stands."""
    return TargetForm(kpi=kpi, currency=ask.ledger.policy.reporting_currency, initial=_initial(ask, kpi))


def _unit_size(ask: Asked, kpi: Kpi) -> Decimal:
    """How many stored units one entered unit is."""
    digits = minor_digits(ask.ledger.policy.reporting_currency)
    return {"share": Decimal("0.01"), "money": Decimal(10) ** digits}.get(kpi.unit, Decimal(1))


def _initial(ask: Asked, kpi: Kpi) -> dict[str, Any]:
    row = of(ask).get(kpi.key)
    if row is None:
        return {}
    value = (Decimal(str(row.value)) / _unit_size(ask, kpi)).normalize()
    return {"value": f"{value:f}", "team": row.team_id, "leading_kpi": row.leading_kpi}


@require_POST
@requires(Permission.HEALTH_CONFIGURE)
def target(request: MemberRequest, key: str) -> HttpResponse:
    """Set or take back the target of the period and slice that the address names."""
    one, ask = find(key), asked(request)
    given, by = TargetForm(request.POST, kpi=one, currency=ask.ledger.policy.reporting_currency), Actor.of(request.user)
    back = HttpResponseRedirect(f"{reverse('kpi', args=[key])}?{ask.address()}")
    if not given.is_valid():
        toasts.say(request, Text("The target must be a number.", "目標は数値で入力してください。"))
        return back
    value, row = given.cleaned_data["value"], of(ask).get(key)
    if value is None:
        _lifted(request, row, by)
        return back
    place = {"dimension": ask.by, "within": ask.within.key} if ask.within else {}
    try:
        targets.put(
            key, ask.grain, ask.period.start, float(value * _unit_size(ask, one)), team=given.cleaned_data["team"],
            leading_kpi=given.cleaned_data.get("leading_kpi", ""), by=by, at=request.at, **place,
        )  # fmt: skip
        toasts.say(request, Text("Target set.", "目標を設定しました。"))
    except NoTeam:
        toasts.say(request, Text("Name the team that answers for this outcome.",
                                 "この成果指標に責任を持つチームを選んでください。"))  # fmt: skip
    except NoTarget:
        toasts.say(request, Text("Name a leading KPI that has a target for the same period.",
                                 "同じ期間の目標がある先行指標を選んでください。"))  # fmt: skip
    return back


def _lifted(request: MemberRequest, row: KpiTarget | None, by: Actor) -> None:
    """Take a target back, unless an outcome is steered by it."""
    try:
        if row:
            targets.lift(row, by=by, at=request.at)
    except StillLeads:
        toasts.say(request, Text("An outcome's target is steered by it: take that one back first.",
                                 "この指標を先行指標とする目標があります。先にそちらを取り消してください。"))  # fmt: skip


def find(key: str) -> Kpi:
    """A KPI by its key; raises Http404."""
    found = KPIS.get(key)
    if found is None:
        raise Http404(key)
    return found
