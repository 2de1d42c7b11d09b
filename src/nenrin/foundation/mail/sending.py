"""How mails are sent: the provider and the rules, from the settings page, else from the environment."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from nenrin.foundation import journal, sealed
from nenrin.foundation.actors import Actor
from nenrin.foundation.mail import addresses
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.mail.providers import PROVIDERS, SMTP
from nenrin.foundation.models import MailSettings
from nenrin.foundation.models.mail_rules import Security
from nenrin.values import Text

SECRETS: Final = ("secret", "hook_secret")
FIELDS: Final = (
    *("provider", "host", "port", "security", "user", "from_address", "from_name", "reply_to"),
    *("postal_address", "enquiries", "per_second", "per_hour", "hold_minutes"),
    *("window_from", "window_until", "is_workdays_only", "needs_consent"),
)
#: What goes into a header has one line.
HEADERS: Final = frozenset({"from_name"})


class SecretLost(ValueError):
    """The stored password of the mail provider cannot be opened with the keys of this home: enter it again."""


@dataclass(frozen=True, slots=True)
class Line:
    """Everything that handing a mail over takes. Secrets in the clear: never shown, never logged."""

    provider: str
    host: str
    port: int
    security: str
    user: str
    secret: str = field(repr=False)
    from_address: str
    from_name: str = ""
    reply_to: str = ""
    postal_address: str = ""
    enquiries: str = ""
    per_second: int | None = None
    per_hour: int | None = None
    timeout: float = 30.0

    @property
    def sender(self) -> str:
        return self.from_name or self.from_address


def current() -> MailSettings | None:
    return MailSettings.objects.filter(pk=1).first()


def line() -> Line | None:
    """What mails go out through; None where nothing is set up: they wait. Raises SecretLost."""
    row = current()
    if row is None or not _is_set(row):
        return _of_environment(row)
    try:
        secret = sealed.unseal(row.secret)
    except sealed.CannotOpen as lost:
        raise SecretLost(str(lost)) from None
    return Line(
        row.provider, row.host, row.port, row.security, row.user, secret,
        row.from_address or settings.DEFAULT_FROM_EMAIL, **_rules(row),
    )  # fmt: skip


def _is_set(row: MailSettings) -> bool:
    return bool(row.host if row.provider == SMTP else row.secret)


def _of_environment(row: MailSettings | None) -> Line | None:
    if not settings.EMAIL_HOST:
        return None
    security = Security.STARTTLS if settings.EMAIL_USE_TLS else Security.NONE
    sender = (row.from_address if row else "") or settings.DEFAULT_FROM_EMAIL
    return Line(
        SMTP, settings.EMAIL_HOST, settings.EMAIL_PORT, security, settings.EMAIL_HOST_USER,
        settings.EMAIL_HOST_PASSWORD, sender, **(_rules(row) if row else {}),
    )  # fmt: skip


def _rules(row: MailSettings) -> dict[str, Any]:
    names = ("from_name", "reply_to", "postal_address", "enquiries", "per_second", "per_hour")
    return {name: getattr(row, name) for name in names}


def is_from_environment() -> bool:
    """Is it the environment that says where mails go?"""
    row = current()
    return bool(settings.EMAIL_HOST) and (row is None or not _is_set(row))


def hold() -> timedelta:
    """How long a mail that no person wrote can still be stopped."""
    row = MailSettings.objects.filter(pk=1).values_list("hold_minutes", flat=True).first()
    return timedelta(minutes=5 if row is None else row)


def configure(*, by: Actor, at: datetime, version: int | None = None, **told: Any) -> MailSettings:
    """Change how mails are sent. A secret that is None stays; "" takes it away.

    Raises Refused, Conflict. Journal: foundation.sending.configured, with the names of what changed, never a secret.
    """
    unknown = told.keys() - {*FIELDS, *SECRETS}
    if unknown:
        raise TypeError(f"the settings of sending have no {', '.join(sorted(unknown))}")
    with transaction.atomic():
        row = MailSettings.objects.select_for_update().filter(pk=1).first() or MailSettings(pk=1, version=0)
        if version is not None and version != row.version:
            raise Conflict(f"the settings are at version {row.version}, not {version}")
        changed = _changed(row, told | {name: " ".join(told[name].split()) for name in HEADERS & told.keys()})
        _check(row)
        if changed or row.version == 0:
            row.version, row.changed_at = row.version + 1, at
            row.save()
            journal.record("foundation.sending.configured", actor=by, at=at, particulars={"changed": sorted(changed)})
    return row


def _changed(row: MailSettings, told: dict[str, Any]) -> set[str]:
    changed: set[str] = {name for name in FIELDS if name in told and getattr(row, name) != told[name]}
    for name in changed:
        setattr(row, name, told[name])
    for secret in SECRETS:
        if told.get(secret) is not None:
            setattr(row, secret, sealed.seal(told[secret]))
            changed.add(secret)
    return changed


def _check(row: MailSettings) -> None:
    mail = Text("a mail address", "メールアドレス")
    faults = {
        "provider": Text("one that is known", "一覧にある配信サービス")
        if row.provider not in {SMTP, *PROVIDERS}
        else None,
        "security": Text("one that is known", "一覧にある方式") if row.security not in set(Security) else None,
        "port": Text("from 1 to 65535", "1〜65535") if not 0 < row.port < 65536 else None,
        "host": Text("a host name", "ホスト名") if any(c.isspace() or c in "/@:" for c in row.host) else None,
        "window_until": Text("after its beginning", "開始より後") if row.window_until <= row.window_from else None,
    }
    for name in ("from_address", "reply_to"):
        value = getattr(row, name)
        faults[name] = mail if value and not addresses.is_valid(value) else None
    wrong = {name: fault for name, fault in faults.items() if fault is not None}
    if wrong:
        raise Refused(wrong)


def reseal(*, by: Actor, at: datetime) -> int:
    """Close the secrets anew with the key in use; returns how many. Those that cannot be opened stay as they are."""
    row, renewed = current(), 0
    if row is None:
        return 0
    for name in SECRETS:
        value = getattr(row, name)
        if value and not sealed.is_current(value) and sealed.opens(value):
            MailSettings.objects.filter(pk=1, **{name: value}).update(**{name: sealed.seal(sealed.unseal(value))})
            renewed += 1
    return renewed
