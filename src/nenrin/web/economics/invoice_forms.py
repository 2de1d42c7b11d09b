"""An invoice written down by hand: added to an account, changed as it is paid, taken back; each step is in the journal."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.customers.currencies import CURRENCIES
from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import Permission
from nenrin.ingest import invoices
from nenrin.ingest.invoices import Line, Told
from nenrin.ingest.models import Invoice
from nenrin.values import Money, Text
from nenrin.web import exports, toasts
from nenrin.web.accounts.head import find
from nenrin.web.economics.nouns import BY_HAND, manner
from nenrin.web.editing import day_field, version_of
from nenrin.web.guard import MemberRequest, requires

VIEW, EDIT = Permission.SUBSCRIPTIONS_VIEW, Permission.SUBSCRIPTIONS_EDIT
MOST = Decimal(10) ** 12
MOST_LINES = 200


class InvoiceForm(forms.Form):
    """Money in the currency's major unit, tax included, as it was billed."""

    number = forms.CharField(label=_("Invoice number"), max_length=100)
    issued_on = day_field(_("Issued on"), required=True)
    due_on = day_field(_("Due on"))
    amount = forms.DecimalField(
        label=_("Amount billed"), min_value=-MOST, max_value=MOST, decimal_places=3,
        help_text=_("Tax included, in the currency's major unit; below zero is a credit note"),
    )  # fmt: skip
    currency = forms.CharField(label=_("Currency"), max_length=3)
    status = forms.ChoiceField(label=_("State of payment"))
    paid_on = day_field(_("Paid on"))
    failed_payments = forms.IntegerField(label=_("Failed payments"), min_value=0, max_value=1000, required=False)
    failed_on = day_field(_("Last failed on"))
    lines = forms.CharField(
        label=_("Lines"), required=False, max_length=20_000, widget=forms.Textarea({"rows": 3}),
        help_text=_("One a line, as on the invoice"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = [(key, name.in_(exports.language())) for key, name in invoices.STATUSES.items()]
        self.fields["status"].choices = words  # type: ignore[attr-defined]

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).strip().upper()
        if code not in CURRENCIES:
            raise forms.ValidationError(_("A currency such as JPY."))
        return code

    def told(self, key: str, account: int, row: Invoice | None) -> Told:
        """The invoice as the form says it; amounts of lines whose words stayed are kept."""
        given, amounts = self.cleaned_data, {line["text"]: line["minor"] for line in row.lines} if row else {}
        words = [word.strip()[:500] for word in given["lines"].splitlines() if word.strip()][:MOST_LINES]
        return Told(
            key, account, given["issued_on"], Money.of(given["amount"], given["currency"]), given["number"],
            given["due_on"], given["paid_on"], given["status"], given["failed_payments"] or 0, given["failed_on"],
            tuple(Line(word, amounts.get(word)) for word in words),
        )  # fmt: skip


@requires(EDIT)
def invoice_new(request: MemberRequest, key: int) -> HttpResponse:
    account = find(request, key, EDIT)
    today = organisation.today(request.at)
    initial = {"issued_on": today, "currency": account.currency, "status": "open", "failed_payments": 0}
    form = InvoiceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _written(request, form, account.pk, None):
        return _back(request, account.pk, Text("Saved.", "保存しました。"))
    return _page(request, form, account, Text("Add an invoice", "請求書を追加する"))


@requires(EDIT)
def invoice(request: MemberRequest, key: int) -> HttpResponse:
    """Change it; refused where somebody else changed it since it was opened."""
    row = _find(request, key)
    form = InvoiceForm(request.POST or None, initial=_initial(row))
    if request.method == "POST" and form.is_valid():
        if version_of(request.POST) not in (None, row.version):
            form.add_error(None, str(_("Somebody else changed this meanwhile. Open it again to see what stands.")))
        elif _written(request, form, row.account_id, row):
            return _back(request, row.account_id, Text("Saved.", "保存しました。"))
    return _page(request, form, row.account, Text("Change the invoice", "請求書を変更する"), row)


@require_POST
@requires(EDIT)
def invoice_delete(request: MemberRequest, key: int) -> HttpResponse:
    """Take it back: it counts no longer from now on; the journal keeps that it stood."""
    row = _find(request, key)
    invoices.retract([row.pk], by=Actor.of(request.user), at=request.at)
    return _back(
        request, row.account_id, Text("Deleted. It counts no longer.", "削除しました。以後の集計に含まれません。")
    )


def _find(request: MemberRequest, key: int) -> Invoice:
    reached = Account.objects.for_member(request.user, EDIT)
    standing: Any = Invoice.objects.standing()
    row: Invoice | None = standing.filter(pk=key, account__in=reached).select_related("account").first()
    if row is None:
        raise Http404(f"invoice {key}")
    return row


def _initial(row: Invoice) -> dict[str, Any]:
    same = ("number", "issued_on", "due_on", "currency", "status", "paid_on", "failed_payments", "failed_on")
    lines = "\n".join(str(line["text"]) for line in row.lines)
    return {
        **{name: getattr(row, name) for name in same},
        "amount": Money(row.minor, row.currency).major,
        "lines": lines,
    }


def _written(request: MemberRequest, form: InvoiceForm, account: int, row: Invoice | None) -> bool:
    """False where what it says cannot be: each reason stands at its field."""
    told = form.told(row.key if row else uuid4().hex, account, row)
    faults = invoices.faults(told)
    for name, expected in faults.items():
        form.add_error(name, expected.in_(exports.language()))
    if faults:
        return False
    invoices.put([told], namespace=row.namespace if row else BY_HAND, **manner(Actor.of(request.user), request.at))
    return True


def _page(
    request: MemberRequest, form: InvoiceForm, account: Account, title: Text, row: Invoice | None = None
) -> HttpResponse:
    back = reverse("account-contracts", args=[account.pk])
    context = {
        "as_of": request.at, "title": title, "crumbs": [(Text(account.name, account.name), back)], "form": form, "row": row,
        "version": version_of(request.POST) or (row.version if row else None), "cancel_url": back,
        "delete_url": reverse("invoice-delete", args=[row.pk]) if row else "",
    }  # fmt: skip
    return render(request, "economics/entry.html", context, status=422 if form.errors else 200)


def _back(request: MemberRequest, account: int, said: Text) -> HttpResponse:
    toasts.say(request, said)
    return HttpResponseRedirect(reverse("account-contracts", args=[account]))


urlpatterns = [
    path("accounts/<int:key>/invoices/new", invoice_new, name="invoice-new"),
    path("invoices/<int:key>", invoice, name="invoice"),
    path("invoices/<int:key>/delete", invoice_delete, name="invoice-delete"),
]
