"""The forms of a meeting."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from nenrin.customers.models import Account, Contact
from nenrin.foundation import organisation
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.web.editing import day_field
from nenrin.web.tasks.accounts import account_named
from nenrin.work import touches
from nenrin.work.models import Meeting


def colleagues() -> list[tuple[str, str]]:
    return [(str(key), name) for key, name in Member.objects.filter(is_active=True).values_list("pk", "name")]


class MeetingForm(forms.Form):
    """What is planned: times are the organisation's."""

    title = forms.CharField(label=_("Title of the meeting"), max_length=200)
    account = forms.CharField(label=_("Account"), required=False, help_text=_("Name, or empty for a meeting among ourselves."),
                              widget=forms.TextInput(attrs={"list": "accounts", "autocomplete": "off"}))  # fmt: skip
    day = day_field(_("Day"), required=True)
    clock = forms.TimeField(
        label=pgettext_lazy("meeting", "Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=31 * 24 * 60, initial=60)
    place = forms.CharField(label=pgettext_lazy("meeting", "Place"), required=False, max_length=300)
    link = forms.CharField(label=_("Link to join"), required=False, max_length=500)
    members = forms.MultipleChoiceField(label=_("Colleagues"), required=False, choices=colleagues,
                                        widget=forms.SelectMultiple(attrs={"size": 5}))  # fmt: skip
    contacts = forms.MultipleChoiceField(label=_("Contacts"), required=False, widget=forms.CheckboxSelectMultiple)
    agenda = forms.CharField(label=_("Agenda"), required=False, max_length=touches.MOST_WORDS,
                             widget=forms.Textarea(attrs={"rows": 8}))  # fmt: skip

    def __init__(self, *args: Any, member: Member, of: Account | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member = member
        people = self.fields["contacts"]
        assert isinstance(people, forms.MultipleChoiceField)
        people.choices = _people(of) if visible(member, FieldClass.PERSONAL) else []
        if not people.choices:
            del self.fields["contacts"]

    def clean_account(self) -> Account | None:
        return account_named(self.cleaned_data["account"], self.member, Permission.MEETINGS_EDIT)

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if not 1970 <= day.year <= 2199:
            raise forms.ValidationError(self.fields["day"].error_messages["invalid"])
        return day

    def times(self) -> tuple[datetime, datetime]:
        """Beginning and end."""
        wall = datetime.combine(self.cleaned_data["day"], self.cleaned_data["clock"])
        begins = wall.replace(tzinfo=organisation.zone())
        return begins, begins + timedelta(minutes=self.cleaned_data["minutes"])

    def words(self) -> dict[str, Any]:
        """What is said of it: the verbs' own names."""
        return {name: self.cleaned_data[name] for name in ("title", "account", "place", "link", "agenda")}

    def people(self) -> dict[str, Any]:
        """Who is to be there; contacts of its account alone."""
        keys = [int(key) for key in self.cleaned_data.get("contacts", ())]
        return {
            "members": list(Member.objects.filter(pk__in=self.cleaned_data["members"], is_active=True)),
            "contacts": list(Contact.objects.filter(pk__in=keys, account=self.cleaned_data["account"])),
        }


def _people(account: Account | None) -> list[tuple[str, str]]:
    if account is None:
        return []
    rows = Contact.objects.filter(account=account, archived_at__isnull=True, left_on__isnull=True).order_by("name")
    return [(str(row.pk), f"{row.name} {row.title or row.department}".strip()) for row in rows[:200]]


def standing(meeting: Meeting) -> dict[str, Any]:
    """What the form shows of a meeting."""
    local = meeting.starts_at.astimezone(organisation.zone())
    there = list(meeting.attendees.all())
    return {
        "title": meeting.title, "account": meeting.account.name if meeting.account else "", "day": local.date(),
        "clock": local.time(), "minutes": meeting.minutes, "place": meeting.place, "link": meeting.link,
        "agenda": meeting.agenda, "members": [str(each.member_id) for each in there if each.member_id],
        "contacts": [str(each.contact_id) for each in there if each.contact_id],
    }  # fmt: skip
