"""The forms of success plans."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nenrin.customers.models import Contact
from nenrin.foundation.models import Member
from nenrin.insight import measures
from nenrin.values import Text
from nenrin.web.editing import day_field
from nenrin.web.plans.figures import NOBODY, options
from nenrin.work import objectives, plan_links, plans
from nenrin.work.models import PlanMilestone, PlanObjective, SuccessPlan
from nenrin.work.models.plan import SIDES, SORTS
from nenrin.work.planning import templates


def people(account: int) -> list[tuple[str, str]]:
    rows = Contact.objects.filter(account=account, archived_at__isnull=True).order_by("name")[:500]
    return [("", "—"), *((str(pk), name) for pk, name in rows.values_list("pk", "name"))]


def members(*, also: int | None = None) -> list[tuple[str, str]]:
    rows = Member.objects.filter(is_active=True) | Member.objects.filter(pk=also or 0)
    return [("", NOBODY.in_(get_language() or "ja")), *((str(pk), name) for pk, name in rows.values_list("pk", "name"))]


def member(told: str) -> Member | None:
    return Member.objects.filter(pk=int(told)).first() if told else None


def contact(told: str) -> Contact | None:
    return Contact.objects.filter(pk=int(told)).first() if told else None


class PlanForm(forms.Form):
    title = forms.CharField(label=_("Title of the plan"), max_length=200)
    success = forms.CharField(
        label=_("Success in the customer's words"), required=False, max_length=plans.MOST_SUCCESS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What they said, not what we sell. A plan cannot be agreed without it."),
    )  # fmt: skip
    said_by = forms.ChoiceField(label=_("Who said it"), required=False)
    owner = forms.ChoiceField(label=_("Our owner"), required=False)
    starts_on = day_field(_("From"), required=True)
    ends_on = day_field(_("Until"))
    usage_reason = forms.CharField(
        label=_("Why usage alone is enough"), required=False, max_length=500,
        help_text=_("Only where no measure of the customer's business can be named."),
    )  # fmt: skip

    def __init__(self, *args: Any, account: int, row: SuccessPlan | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_by"].choices = people(account)  # type: ignore[attr-defined]
        self.fields["owner"].choices = members(also=row.owner_id if row else None)  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return given | {"said_by": contact(given["said_by"]), "owner": member(given["owner"])}


class NewPlanForm(PlanForm):
    template = forms.ChoiceField(label=_("Begin with"), required=False)
    field_order = ("template", "title", "success", "said_by", "owner", "starts_on", "ends_on", "usage_reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        blank = Text("An empty plan", "空のプラン").in_(language)
        choices = [("", blank), *((key, one.name.in_(language)) for key, one in templates.every().items())]
        self.fields["template"].choices = choices  # type: ignore[attr-defined]
        self.fields["title"].required = False


class AgreeForm(forms.Form):
    agreed_with = forms.CharField(label=_("Agreed with (of the customer's)"), max_length=200)
    agreed_on = day_field(_("Agreed on"), required=True)


class ReviewForm(forms.Form):
    on = day_field(_("Reviewed on"), required=True)
    words = forms.CharField(
        label=_("What was said"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    next_on = day_field(_("Next review"))


class ShareForm(forms.Form):
    days = forms.IntegerField(
        label=_("Opens for (days)"), min_value=1, max_value=plan_links.MOST_DAYS, initial=plan_links.DEFAULT_DAYS
    )


class ObjectiveForm(forms.Form):
    """Shares are written in per cent: 80 stands for a share of 0.8."""

    title = forms.CharField(label=_("Objective"), max_length=200)
    sort = forms.ChoiceField(label=_("It measures"))
    measure = forms.ChoiceField(
        label=_("A measure of ours"), required=False, help_text=_("Kept up to date from facts by itself.")
    )
    figure = forms.CharField(
        label=_("Or a figure of theirs"), required=False, max_length=120,
        help_text=_("Such as hours spent on invoices a month; you enter its values."),
    )  # fmt: skip
    unit = forms.CharField(label=_("Unit of their figure"), required=False, max_length=20)
    baseline = forms.FloatField(label=_("At the beginning"), required=False)
    target = forms.FloatField(label=_("Target"), required=False, help_text=_("A share in per cent: 80 for 80 %."))
    due_on = day_field(_("To be reached by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "ja"
        self.known = measures.usable()
        listed = [(key, one.name.in_(language)) for key, one in self.known.items()]
        self.fields["measure"].choices = [("", "—"), *listed]  # type: ignore[attr-defined]
        self.fields["sort"].choices = options(SORTS)  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        known = self.known.get(given["measure"])
        if known is not None and known.unit == "share":
            for name in ("baseline", "target"):
                given[name] = None if given[name] is None else given[name] / 100
        return given

    @staticmethod
    def initial_of(row: PlanObjective) -> dict[str, Any]:
        plain = {name: getattr(row, name) for name in objectives.FIELDS}
        known = measures.usable().get(row.measure)
        if known is not None and known.unit == "share":
            for name in ("baseline", "target"):
                plain[name] = None if plain[name] is None else round(plain[name] * 100, 6)
        return plain


class ReadingForm(forms.Form):
    value = forms.FloatField(label=_("Value"))
    on = day_field(_("On"), required=True)


class EvidenceForm(forms.Form):
    evidence = forms.CharField(label=_("Evidence"), required=False, max_length=1000)
    evidence_url = forms.URLField(
        label=_("Link to the evidence"), required=False, max_length=500, assume_scheme="https"
    )


class MilestoneForm(forms.Form):
    title = forms.CharField(label=_("Milestone"), max_length=200)
    side = forms.ChoiceField(label=_("Done by"))
    owner = forms.ChoiceField(label=_("Our owner"), required=False)
    contact = forms.ChoiceField(label=_("Their owner"), required=False)
    due_on = day_field(_("Due day"))

    def __init__(self, *args: Any, account: int, row: PlanMilestone | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["side"].choices = options(SIDES)  # type: ignore[attr-defined]
        self.fields["owner"].choices = members(also=row.owner_id if row else None)  # type: ignore[attr-defined]
        self.fields["contact"].choices = people(account)  # type: ignore[attr-defined]

    def told(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        return given | {"owner": member(given["owner"]), "contact": contact(given["contact"])}
