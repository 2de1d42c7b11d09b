"""How mails are sent: server or provider, sender, limits, window; pausing; a test mail to oneself; what DNS must say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from nenrin.foundation import sealed
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import claims, composing, deliver, gate, sending, trials
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.mail.providers import PROVIDERS, SMTP
from nenrin.foundation.models import MailGate, MailSettings
from nenrin.foundation.models.mail_rules import Security
from nenrin.foundation.permissions import Permission
from nenrin.values import Text
from nenrin.web import exports
from nenrin.web.components import Tab
from nenrin.web.guard import MemberRequest, requires

SECURITIES = (
    (Security.STARTTLS.value, _("STARTTLS (port 587)")),
    (Security.TLS.value, _("TLS from the start (port 465)")),
    (Security.NONE.value, _("None: inside one's own network alone")),
)
HOURS = [(hour, f"{hour}:00") for hour in range(25)]


class SettingsForm(forms.Form):
    """Secrets are never shown: an empty field leaves them as they are."""

    provider = forms.ChoiceField(
        label=_("Mails go out by"),
        choices=[(SMTP, _("A mail server (SMTP)")), *((k, p.name) for k, p in PROVIDERS.items())],
    )
    host = forms.CharField(label=_("Server"), max_length=200, required=False, help_text=_("Such as smtp.example.com."))
    port = forms.IntegerField(label=_("Port"), min_value=1, max_value=65535, initial=587)
    security = forms.ChoiceField(label=_("Encryption"), choices=SECURITIES)
    user = forms.CharField(
        label=_("User"), max_length=200, required=False,
        help_text=_("For Mailgun the sending domain, for Mailjet the API key."),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Password or key"), max_length=500, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Sealed before it is stored and never shown again. Empty: stays as it is."),
    )  # fmt: skip
    hook_secret = forms.CharField(
        label=_("Secret of the provider's reports"), max_length=500, required=False, strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("The signing key, or name:password of the address that reports come to. Empty: stays as it is."),
    )  # fmt: skip
    from_address = forms.EmailField(label=_("Sender's address"), max_length=254, required=False)
    from_name = forms.CharField(label=_("Sender's name"), max_length=120, required=False)
    reply_to = forms.EmailField(label=_("Answers go to"), max_length=254, required=False)
    postal_address = forms.CharField(
        label=_("Postal address"), max_length=300, required=False, help_text=_("Stands under marketing mails, by law.")
    )
    enquiries = forms.CharField(
        label=_("Enquiries to"),
        max_length=254,
        required=False,
        help_text=_("An address or a phone number; by law too."),
    )
    per_second = forms.IntegerField(label=_("At most a second"), min_value=1, max_value=100_000, required=False)
    per_hour = forms.IntegerField(label=_("At most an hour"), min_value=1, max_value=10_000_000, required=False)
    hold_minutes = forms.IntegerField(
        label=_("Hold automatic mails for (minutes)"), min_value=0, max_value=1440,
        help_text=_("Time to stop a mail that no person wrote."),
    )  # fmt: skip
    window_from = forms.TypedChoiceField(label=_("Letters from"), choices=HOURS[:24], coerce=int)
    window_until = forms.TypedChoiceField(label=_("Letters until"), choices=HOURS[1:], coerce=int)
    is_workdays_only = forms.BooleanField(label=_("Letters on business days alone"), required=False)
    needs_consent = forms.BooleanField(label=_("Marketing to who agreed alone"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


@dataclass(frozen=True, slots=True)
class Hint:
    """One record of DNS that receivers look for."""

    name: str
    kind: str
    value: str
    why: Text


@requires(Permission.MAIL_CONFIGURE)
def page(request: MemberRequest) -> HttpResponse:
    row = sending.current() or MailSettings(version=0)
    form = SettingsForm(request.POST or None, initial={n: getattr(row, n) for n in (*sending.FIELDS, "version")})
    if request.method == "POST" and form.is_valid() and _saved(request, form):
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("mail-settings"))
    line, code = _line(), deliver.waits(request.at)
    context = {
        "as_of": request.at,
        "form": form,
        "tabs": tabs("mail-settings"),
        "line": line,
        "row": row,
        "code": code,
        "waits": gate.WAITS.get(code),
        "gate": MailGate.objects.filter(pk=1).first(),
        "is_resumable": code in ("paused", "moved", "bounces", "complaints", "line"),
        "is_from_environment": sending.is_from_environment(),
        "secret_lost": not sealed.opens(row.secret) or not sealed.opens(row.hook_secret),
        "hints": hints(line, row),
        "lacks": composing.lacks(row),
        "reports_url": request.build_absolute_uri(f"/mail/events/{row.provider}") if row.provider in PROVIDERS else "",
        "opens_at": None if claims.is_open(request.at) else claims.opens_at(request.at),
    }
    return render(request, "mail/settings.html", context)


def tabs(here: str) -> list[Tab]:
    named = (
        ("mail-settings", Text("Sending", "送信設定")),
        ("mail-templates", Text("Templates", "テンプレート")),
        ("mail-suppressions", Text("Suppression list", "配信停止リスト")),
    )
    return [Tab(label, reverse(name), is_here=name == here) for name, label in named]


def _line() -> sending.Line | None:
    try:
        return sending.line()
    except sending.SecretLost:
        return None


def _saved(request: MemberRequest, form: SettingsForm) -> bool:
    told = {name: form.cleaned_data[name] for name in sending.FIELDS}
    told |= {name: form.cleaned_data[name] or None for name in sending.SECRETS}
    try:
        sending.configure(by=Actor.of(request.user), at=request.at, version=form.cleaned_data["version"], **told)
    except Refused as refused:
        for name, fault in refused.faults.items():
            form.add_error(name if name in form.fields else None, fault.in_(exports.language()))
        return False
    except Conflict:
        form.add_error(None, gettext("Somebody else changed these settings in the meantime. Load the page again."))
        return False
    return True


def hints(line: sending.Line | None, row: MailSettings) -> list[Hint]:
    """What DNS should say for the sender's domain; text to paste, nothing is looked up."""
    sender = (line.from_address if line else row.from_address).partition("@")[2]
    if not sender or "." not in sender:
        return []
    host = line.host if line and line.host else "smtp.example.com"
    return [
        Hint(sender, "TXT", f"v=spf1 a:{host} ~all", Text(
            "SPF: which servers send for this domain. With a provider: its own include: line instead.",
            "SPF: このドメインの送信サーバー。配信サービス利用時は指定の include: を記載。")),
        Hint(f"nenrin._domainkey.{sender}", "TXT", "v=DKIM1; k=rsa; p=…", Text(
            "DKIM: the key that your server or provider signs with. It gives you name and value.",
            "DKIM: メールサーバー・配信サービスの署名鍵。名前と値は提供元の指示に従う。")),
        Hint(f"_dmarc.{sender}", "TXT", f"v=DMARC1; p=none; rua=mailto:dmarc@{sender}", Text(
            "DMARC: what receivers do where both fail. Begin with p=none and read the reports.",
            "DMARC: 認証失敗時の扱い。まず p=none で開始し、レポートを確認。")),
    ]  # fmt: skip


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def trial(request: MemberRequest) -> HttpResponse:
    """A test mail to oneself, now, past the queue: the server's own words where it refuses."""
    told = trials.send(request.user, at=request.at)
    if told.verdict == "taken":
        address = request.user.email
        messages.success(request, gettext("The mail server took a test mail to %(address)s.") % {"address": address})
    else:
        messages.error(request, gettext("The test mail was not sent: %(words)s") % {"words": told.detail})
    return HttpResponseRedirect(reverse("mail-settings"))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def pause(request: MemberRequest) -> HttpResponse:
    by = Actor.of(request.user)
    gate.pause(why=gettext("by hand"), by=by, at=request.at)
    messages.success(request, gettext("Sending is paused: mails wait."))
    return HttpResponseRedirect(reverse("mail-settings"))


@require_POST
@requires(Permission.MAIL_CONFIGURE)
def resume(request: MemberRequest) -> HttpResponse:
    gate.resume(by=Actor.of(request.user), at=request.at)
    messages.success(request, gettext("Sending goes on from here."))
    return HttpResponseRedirect(reverse("mail-settings"))


urlpatterns: list[Any] = [
    path("mail/settings", page, name="mail-settings"),
    path("mail/settings/test", trial, name="mail-test"),
    path("mail/settings/pause", pause, name="mail-pause"),
    path("mail/settings/resume", resume, name="mail-resume"),
]
