"""The audit log's filters and lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.calendar import ONE_DAY, start_of
from nenrin.foundation.models import Entry, Member
from nenrin.foundation.permissions import FieldClass, visible
from nenrin.values import Text
from nenrin.web import telling

#: The first word of a code -> what it is about.
ROOMS: dict[str, Text] = {
    "customers": Text("Accounts and contracts", "顧客と契約"),
    "insight": Text("Health and segments", "ヘルスとセグメント"),
    "ingest": Text("Data", "データ"),
    "work": Text("Records and tasks", "記録とタスク"),
    "foundation": Text("Members and settings", "メンバーと設定"),
}
ACTORS: dict[str, Text] = {
    "member": Text("Member", "メンバー"),
    "system": Text("Nenrin itself", "Nenrin 自身"),
    "source": Text("Source", "接続元"),
    "import": Text("Import", "取り込み"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as it reads: who did what, to which account; `place` is its number in the chain once sealed."""

    entry: Entry
    who: Text
    what: Text
    account: str
    place: int | None


def _choices(words: dict[str, Text]) -> list[tuple[str, object]]:
    return [("", _("All")), *((key, text.in_(get_language() or "ja")) for key, text in words.items())]


def _members() -> list[tuple[str, object]]:
    return [("", _("All")), *((str(m.pk), m.name) for m in Member.objects.order_by("name"))]


class Filters(forms.Form):
    """All of them optional; a wrong one is told and leaves the others in force."""

    room = forms.ChoiceField(label=_("About"), required=False, choices=lambda: _choices(ROOMS))
    kind = forms.ChoiceField(label=_("By"), required=False, choices=lambda: _choices(ACTORS))
    member = forms.ChoiceField(label=_("Member"), required=False, choices=_members)
    first = forms.DateField(label=_("First day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    account = forms.IntegerField(required=False, widget=forms.HiddenInput)


def found(filters: Filters) -> QuerySet[Entry]:
    """The entries that pass, the newest first."""
    asked = filters.cleaned_data if filters.is_valid() else getattr(filters, "cleaned_data", {})
    rows = Entry.objects.order_by("-id")
    if asked.get("room"):
        rows = rows.filter(action__startswith=f"{asked['room']}.")
    if asked.get("kind"):
        rows = rows.filter(actor_kind=asked["kind"])
    if asked.get("member"):
        rows = rows.filter(actor_kind="member", actor_key=asked["member"])
    if asked.get("account"):
        rows = rows.filter(account=asked["account"])
    return _within(rows, asked.get("first"), asked.get("last"))


def lines(entries: list[Entry], reader: Member) -> list[Line]:
    """Two queries: accounts' names, and the personal parts where the reader may see them."""
    names = dict(Account.objects.filter(pk__in={e.account for e in entries if e.account}).values_list("pk", "name"))
    may_see = visible(reader, FieldClass.PERSONAL)
    return [_line(entry, names, may_see) for entry in entries]


def _line(entry: Entry, names: dict[int, str], may_see: bool) -> Line:
    part = getattr(entry, "personal", None)
    personal = part.payload if part and may_see and not part.erased_at else {}
    name = entry.particulars.get("by")
    who = Text(name, name) if name else ACTORS.get(entry.actor_kind, Text(entry.actor_kind, entry.actor_kind))
    return Line(entry, who, telling.sentence(entry, personal), names.get(entry.account or 0, ""), entry.sequence)


def _within(rows: QuerySet[Entry], first: date | None, last: date | None) -> QuerySet[Entry]:
    zone = organisation.zone()
    if first:
        rows = rows.filter(recorded_at__gte=start_of(first, zone))
    if last:
        rows = rows.filter(recorded_at__lt=start_of(min(last, date.max - ONE_DAY) + ONE_DAY, zone))
    return rows
