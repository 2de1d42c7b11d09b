"""The rows of the account list, as the screen and the files show them: who sees which, filled with what columns ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from nenrin.customers import tiers, touch_models
from nenrin.customers.models import Account, AccountTag
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import Permission, Scope, allowed
from nenrin.insight.models import CurrentMeasure, Health, Risk
from nenrin.values import Text
from nenrin.web import navigation
from nenrin.web.accounts import fields
from nenrin.web.accounts.columns import Chance, Column, Frame, Row
from nenrin.web.guard import MemberRequest


@dataclass(frozen=True, slots=True)
class Cell:
    """`edit_url` where the viewer may change it in place; `label` names it then."""

    shown: SafeString | str
    look: str = ""
    label: Text | str = ""
    edit_url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row as the template draws it."""

    account: Account
    cells: Sequence[Cell]


def visible(member: Member, permission: Permission = Permission.ACCOUNTS_VIEW) -> QuerySet[Account]:
    """Standing accounts with what their rows show."""
    return Account.objects.for_member(member, permission).standing().select_related("owner", "health")


def health_of(account: Account) -> Health | None:
    return getattr(account, "health", None)


def filled(shown: Sequence[Account], columns: Sequence[Column]) -> list[Row]:
    """Rows with the tags, measures and probabilities that these columns ask for: three queries at most."""
    ids = [account.pk for account in shown]
    worn: dict[int, list[str]] = {}
    if any(column.key == "tags" for column in columns):
        pairs = AccountTag.objects.filter(account__in=ids).order_by("tag__name").values_list("account_id", "tag__name")
        for account, name in pairs:
            worn.setdefault(account, []).append(name)
    measured: dict[int, dict[str, float]] = {}
    needed = {column.needs for column in columns if column.needs}
    if needed:
        values = CurrentMeasure.objects.filter(account__in=ids, measure__in=needed)
        for account, measure, value in values.values_list("account_id", "measure", "value"):
            measured.setdefault(account, {})[measure] = value
    told = _chances(ids, {column.event for column in columns if column.event})
    return [Row(a, health_of(a), worn.get(a.pk, ()), measured.get(a.pk, {}), told.get(a.pk, {})) for a in shown]


def _chances(ids: Sequence[int], events: set[str]) -> dict[int, dict[str, Chance]]:
    if not events:
        return {}
    found: dict[int, dict[str, Chance]] = {}
    told = Risk.objects.filter(account__in=ids, event__in=events)
    columns = ("account_id", "event", "p", "low", "high", "version__card__shows_probability")
    for account, event, p, low, high, shows in told.values_list(*columns):
        found.setdefault(account, {})[event] = Chance(p, low, high, is_ranking=not shows)
    return found


def lines(shown: Sequence[Account], columns: Sequence[Column], frame: Frame, member: Member) -> list[Line]:
    """The rows with their cells; those that the member may change lead to their form."""
    rights = {fields.needs(column.editable) for column in columns if column.editable}
    within = {right: _within(shown, member, right) for right in rights}

    def cell(row: Row, column: Column) -> Cell:
        look = "num" if column.is_number else ""
        may = column.editable and row.account.pk in within[fields.needs(column.editable)]
        url = reverse("account-cell", args=[row.account.pk, column.editable]) if may else ""
        return Cell(column.cell(row, frame), look, column.label, url)

    return [Line(row.account, [cell(row, column) for column in columns]) for row in filled(shown, columns)]


def _within(shown: Sequence[Account], member: Member, right: Permission) -> set[int]:
    """Which of these accounts the member may change; without a query where it is all or none."""
    scope = allowed(member, right)
    ids = {account.pk for account in shown}
    if scope is None or scope is Scope.ALL:
        return ids if scope else set()
    return set(Account.objects.for_member(member, right).filter(pk__in=ids).values_list("pk", flat=True))


def frame(request: MemberRequest) -> Frame:
    """What exported rows share."""
    return Frame(get_language() or "ja", navigation.today(request), tiers.names(), touch_models.names())
