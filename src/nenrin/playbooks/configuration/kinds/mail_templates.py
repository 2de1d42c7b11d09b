"""Templates of mails by their key, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.foundation.mail import templates
from nenrin.foundation.mail.errors import Conflict, Refused
from nenrin.foundation.models import MailTemplate
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, nothing
from nenrin.values import Text

FIELDS = ("name", "kind", "subject_en", "subject_ja", "body_en", "body_ja")


class NotATemplate(ValueError):
    """A mail template has a name, a kind, and subject and body in at least one language."""


def live() -> Mapping[str, Document]:
    rows = MailTemplate.objects.filter(archived_at__isnull=True)
    return {row.key: {name: getattr(row, name) for name in FIELDS} for row in rows}


def take(key: str, document: Document, taking: Taking) -> None:
    if unknown := sorted(set(document) - set(FIELDS)):
        raise NotATemplate(f"{unknown[0]}: not a part of a mail template ({', '.join(FIELDS)})")
    templates.save(key, by=taking.by, at=taking.at, **document)


def retire(key: str, taking: Taking) -> None:
    for row in MailTemplate.objects.filter(key=key, archived_at__isnull=True):
        templates.archive(row, by=taking.by, at=taking.at)


KIND = Kind(
    "mail-templates", Text("Mail template", "メールのテンプレート"), live, take, retire, nothing,
    (Refused, Conflict, NotATemplate),
)  # fmt: skip
