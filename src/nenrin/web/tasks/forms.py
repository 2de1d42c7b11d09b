"""The forms of a task: its words, and what is done to it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nenrin.customers.models import Account
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission
from nenrin.web.editing import day_field
from nenrin.web.tasks.accounts import account_named
from nenrin.work import task_rules
from nenrin.work.models import Task, TaskTemplate
from nenrin.work.models.task import EVERY


def colleagues() -> list[tuple[str, str]]:
    """Members to whom a task can be given, with nobody first."""
    rows = Member.objects.filter(is_active=True).values_list("pk", "name")
    return [("", "—"), *((str(key), name) for key, name in rows)]


def _every() -> list[tuple[str, str]]:
    return [(each.value, word.in_(get_language() or "ja")) for each, word in EVERY.items()]


class TaskForm(forms.Form):
    """The words of a task. `steps` has a line for each step."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    account = forms.CharField(label=_("Account"), required=False, help_text=_("Name, or empty for a task among ourselves."),
                              widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}))  # fmt: skip
    assignee = forms.ChoiceField(label=_("Assignee"), choices=colleagues, required=False)
    due_on = day_field(_("Due"))
    minutes = forms.IntegerField(
        label=_("Minutes planned"), required=False, min_value=0, max_value=task_rules.MOST_MINUTES
    )
    every = forms.ChoiceField(label=_("Repeats"), choices=_every, required=False,
                              help_text=_("The next one is opened when this one ends, on a business day."))  # fmt: skip
    body = forms.CharField(label=_("Details"), required=False, max_length=task_rules.MOST_WORDS,
                           widget=forms.Textarea(attrs={"rows": 5}), help_text=_("@name tells a colleague."))  # fmt: skip
    steps = forms.CharField(label=_("Checklist"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
                            help_text=_("One step a line."))  # fmt: skip

    def __init__(self, *args: Any, member: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        self.fields["due_on"].widget.attrs |= {
            "hx-get": reverse("task-due"), "hx-trigger": "change", "hx-target": "#due-said", "aria-describedby": "due-said",
        }  # fmt: skip

    def clean_account(self) -> Account | None:
        return account_named(self.cleaned_data["account"], self.member, Permission.TASKS_EDIT)

    def clean_assignee(self) -> Member | None:
        key = self.cleaned_data["assignee"]
        return Member.objects.filter(pk=int(key)).first() if key else None

    def given(self) -> dict[str, Any]:
        """What the verbs take."""
        steps = self.cleaned_data["steps"].splitlines()
        return {name: value for name, value in self.cleaned_data.items() if name != "steps"} | {"checklist": steps}


def standing(task: Task) -> dict[str, Any]:
    """What the form shows of a task."""
    return {
        "title": task.title, "account": task.account.name if task.account else "", "assignee": str(task.assignee_id or ""),
        "due_on": task.due_on, "minutes": task.minutes, "every": task.every, "body": task.body,
        "steps": "\n".join(step["words"] for step in task.checklist),
    }  # fmt: skip


class TemplateForm(forms.Form):
    """A template's words."""

    name = forms.CharField(label=_("Name of the template"), max_length=120)
    title = forms.CharField(label=_("What is to be done"), max_length=200)
    minutes = forms.IntegerField(
        label=_("Minutes planned"), required=False, min_value=0, max_value=task_rules.MOST_MINUTES
    )
    due_in = forms.IntegerField(label=_("Due in business days"), required=False, min_value=0, max_value=400)
    every = forms.ChoiceField(label=_("Repeats"), choices=_every, required=False)
    kind = forms.CharField(label=_("Kind"), required=False, max_length=40)
    body = forms.CharField(label=_("Details"), required=False, max_length=task_rules.MOST_WORDS,
                           widget=forms.Textarea(attrs={"rows": 5}))  # fmt: skip
    steps = forms.CharField(label=_("Checklist"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
                            help_text=_("One step a line."))  # fmt: skip

    def given(self) -> dict[str, Any]:
        steps = self.cleaned_data["steps"].splitlines()
        return {name: value for name, value in self.cleaned_data.items() if name != "steps"} | {"checklist": steps}


def of_template(row: TaskTemplate) -> dict[str, Any]:
    """What the form shows of a template."""
    names = ("name", "title", "minutes", "due_in", "every", "kind", "body")
    return {**{name: getattr(row, name) for name in names}, "steps": "\n".join(row.checklist)}
