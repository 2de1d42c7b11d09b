"""The account list as a file: the rows, columns and order of the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import path

from nenrin.customers.models import Account
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import exports, navigation
from nenrin.web.accounts import filters
from nenrin.web.accounts import rows as table
from nenrin.web.accounts.column_sets import Columns
from nenrin.web.accounts.listed import DEFAULT_SORT
from nenrin.web.guard import MemberRequest, requires
from nenrin.web.listing import chosen_sort, plain


@requires(Permission.EXPORT)
def accounts_export(request: MemberRequest, kind: str) -> HttpResponseBase:
    """The account list as it stands, as CSV (UTF-8 with BOM) or Excel."""
    asked = filters.asked(request.GET)
    within = Account.objects.for_member(request.user, Permission.EXPORT).values("pk")
    rows = table.visible(request.user).filter(pk__in=within)
    rows = filters.applied(rows, asked, request.user, navigation.today(request))
    available, base = Columns.of(request.user), Account.objects.select_related("owner", "health")
    sort = chosen_sort(request, available.sorts, DEFAULT_SORT)
    chosen = available.chosen(plain(request.GET.get("columns"), 2000))
    frame = table.frame(request)

    def lines() -> Iterator[list[Any]]:
        for chunk in exports.chunks(available.ordered(rows, sort), base):
            for row in table.filled(chunk, chosen):
                yield [row.account.pk, row.account.name, *(column.export(row, frame) for column in chosen)]

    head = ["id", Text("Account", "顧客").in_(frame.language), *(column.label.in_(frame.language) for column in chosen)]
    exports.note(request, "account", rows.count(), asked)
    return exports.answer(kind, "accounts", head, lines(), request.at)


urlpatterns = [path("accounts/export.<str:kind>", accounts_export, name="accounts-export")]
