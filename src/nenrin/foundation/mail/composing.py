"""A row as a mail: headers, footer, links by which the reader can stop it."""

from __future__ import annotations

from email.utils import format_datetime, formataddr
from typing import Any, Final

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from nenrin.foundation.mail import html, unsubscribes
from nenrin.foundation.mail.providers import PROVIDERS
from nenrin.foundation.mail.sending import Line
from nenrin.foundation.models import Mail, MailSettings
from nenrin.foundation.models.mail import Kind
from nenrin.values import Text

ENDS: Final = Text("Choose which mails you receive, or stop them:", "メールの受信設定・配信停止:")
ASKS: Final = Text("Enquiries:", "お問い合わせ:")
RULE: Final = "-- "
#: What has to stand under marketing mail.
IMPRINT: Final = ("from_name", "postal_address", "enquiries")


class NotComposable(ValueError):
    """The row cannot be written as a mail: a header or an address is not one."""


class _Built(EmailMultiAlternatives):
    """Written out once: to see that it can be, and to be sent."""

    _written: Any = None  # Any: what Django makes of it

    def message(self, **how: Any) -> Any:
        self._written = self._written or super().message(**how)
        return self._written


def message(mail: Mail, line: Line, connection: BaseEmailBackend | None = None) -> EmailMessage:
    """The mail as it goes out. Raises NotComposable.

    Marketing carries who sends it, where they live, where to ask and how to stop it, in the text itself; every letter
    but notices carries the headers by which a mail program offers to stop it with one click (RFC 8058).
    """
    page, click = unsubscribes.urls(mail) if mail.kind != Kind.TRANSACTIONAL else ("", "")
    foot = footer(mail, line, page)
    headers = {"Message-ID": f"<{mail.message_id}>", "Date": format_datetime(mail.changed_at)}
    if click:
        headers |= {"List-Unsubscribe": f"<{click}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if mail.by_kind != "member" and not mail.approved_by:
        headers["Auto-Submitted"] = "auto-generated"
    try:
        built = _Built(
            mail.subject, f"{mail.text}\n{foot}" if foot else mail.text, formataddr((line.from_name, line.from_address)),
            [formataddr((mail.to_name, mail.to_address))], connection=connection, headers=headers,
            reply_to=[answer] if (answer := mail.reply_to or line.reply_to) else None,
        )  # fmt: skip
        if mail.html:
            built.attach_alternative(_page(mail, foot), "text/html")
        built.message()
    except (ValueError, TypeError, UnicodeError) as problem:
        raise NotComposable(str(problem)[:300]) from None
    if line.provider in PROVIDERS and PROVIDERS[line.provider].is_tagged:
        built.tags = [mail.message_id]  # type: ignore[attr-defined]  # read by anymail
    else:
        built.metadata = {"nenrin": mail.message_id}  # type: ignore[attr-defined]
    return built


def footer(mail: Mail, line: Line, page: str) -> str:
    """What stands below the words: how to stop, and under marketing who sends it."""
    language = mail.language
    lines = []
    if mail.kind == Kind.MARKETING:
        lines += [line.sender, line.postal_address, f"{ASKS.in_(language)} {line.enquiries}"]
    if page:
        lines += [ENDS.in_(language), page]
    return "\n".join(["", RULE, *lines]) if lines else ""


def lacks(line: Line | MailSettings | None) -> list[str]:
    """What the law asks for under marketing mail and the settings do not say. Until they do, it waits."""
    return [name for name in IMPRINT if line is None or not getattr(line, name).strip()]


def _page(mail: Mail, foot: str) -> str:
    body = f"{mail.html}\n<hr>\n{html.of_text(foot.removeprefix(f'{chr(10)}{RULE}'))}" if foot else mail.html
    return f'<!doctype html><html lang="{mail.language}"><body>{body}</body></html>'
