"""Templates: drafted, put into use in numbered versions, put away; running projects keep the version they began with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction

from nenrin.analytics.conditions import Field
from nenrin.customers.errors import Conflict, Refused
from nenrin.foundation import journal
from nenrin.foundation.actors import Actor
from nenrin.values import Text
from nenrin.work.models.onboarding_template import OnboardingTemplate, OnboardingTemplateVersion
from nenrin.work.onboarding import criteria, documents
from nenrin.work.onboarding.documents import Template
from nenrin.work.onboarding.reading import KEY

READY = Path(__file__).with_name("ready")
LONGEST = 200_000  # characters of YAML


@cache
def ready() -> Mapping[str, Mapping[str, Any]]:
    """The documents that come with the product, by key."""
    return {file.stem: yaml.safe_load(file.read_text()) for file in sorted(READY.glob("*.yaml"))}


def install(*, by: Actor, at: datetime) -> int:
    """Put the ready-made templates into use where no template of their key stands. Safe to repeat; returns how many."""
    standing = set(OnboardingTemplate.objects.values_list("key", flat=True))
    wanted = {key: document for key, document in ready().items() if key not in standing}
    known = criteria.fields() if wanted else {}
    for key, document in wanted.items():
        publish(draft(key, document, by=by, at=at, known=known), by=by, at=at, known=known)
    return len(wanted)


def read(version: OnboardingTemplateVersion, known: Mapping[str, Field] | None = None) -> Template:
    """A version as a record. Raises Refused where its condition asks for a field that is gone."""
    return documents.parse(version.document, criteria.fields() if known is None else known)


def read_ready(key: str) -> Template:
    """A ready-made template as a record, without asking the database."""
    return documents.parse(ready()[key], dict(criteria.OWN))


def shown(version: OnboardingTemplateVersion) -> Template:
    """A version to look at, whatever became of the fields that its condition asks about."""
    given = {name: part for name, part in version.document.items() if name != "first_value"}
    return documents.parse(given, {})


def as_yaml(document: Mapping[str, Any]) -> str:
    """A document as a person reads and changes it."""
    return yaml.safe_dump(dict(document), allow_unicode=True, sort_keys=False, width=110)


def of_yaml(text: str) -> Any:
    """The document of a YAML text. Raises Refused with line and column of what cannot be read."""
    if len(text) > LONGEST:
        raise Refused.one("yaml", Text(f"at most {LONGEST:,} characters", f"{LONGEST:,}文字まで"), len(text))
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Refused.one(
            "yaml", Text(f"unreadable at line {line}, column {column}", f"{line}行{column}文字目が読み取れない")
        ) from None


def draft(
    key: str,
    document: object,
    *,
    by: Actor,
    at: datetime,
    version: int | None = None,
    known: Mapping[str, Field] | None = None,
) -> OnboardingTemplateVersion:
    """Write the draft of a template, which may be new. Safe to repeat. Raises Refused with every problem by its place,
    Conflict where somebody else has written it since. Journal: work.onboarding_template.drafted.
    """
    if not KEY.fullmatch(key):
        raise Refused.one("key", Text("small letters, digits, - and _", "半角英小文字・数字・- _"), key)
    fields = criteria.fields() if known is None else known
    found = documents.parse(document, fields)
    plain = documents.dump(found)
    with transaction.atomic():
        template, _ = OnboardingTemplate.objects.get_or_create(key=key, defaults={"created_at": at})
        row = template.versions.select_for_update().filter(published_at__isnull=True).first()
        if row and version is not None and version != row.version:
            raise Conflict(f"the draft of {key}", asked=version, stands=row.version, mine={}, theirs={})
        if row and row.document == plain:
            return _typed(row)
        last = template.versions.order_by("-number").first()
        number, before = (last.number + 1, last.version) if last else (1, 0)
        row = row or OnboardingTemplateVersion(template=template, number=number, version=before)
        row.document, row.changed_at, row.version = plain, at, row.version + 1
        row.author_id = by.member
        row.save()
        _record("drafted", row, found, by, at)
    return _typed(row)


def _typed(row: Any) -> OnboardingTemplateVersion:  # Any: a related manager tells no model
    assert isinstance(row, OnboardingTemplateVersion)
    return row


def publish(
    row: OnboardingTemplateVersion, *, by: Actor, at: datetime, known: Mapping[str, Field] | None = None
) -> OnboardingTemplateVersion:
    """Put the draft into use: new projects begin with it. Safe to repeat. Raises Refused.

    Journal: work.onboarding_template.published.
    """
    with transaction.atomic():
        stands = OnboardingTemplateVersion.objects.select_for_update().select_related("template").get(pk=row.pk)
        if stands.published_at:
            return stands
        found = read(stands, known)
        stands.published_at = at
        stands.save(update_fields=["published_at"])
        OnboardingTemplate.objects.filter(pk=stands.template_id).update(archived_at=None)
        _record("published", stands, found, by, at)
    return stands


def discard(row: OnboardingTemplateVersion, *, by: Actor, at: datetime) -> None:
    """Throw a draft away. Safe to repeat; what is in use stays. Journal: work.onboarding_template.discarded."""
    with transaction.atomic():
        stands = OnboardingTemplateVersion.objects.filter(pk=row.pk, published_at__isnull=True).first()
        if stands is None:
            return
        _record("discarded", stands, shown(stands), by, at)
        stands.delete()
        OnboardingTemplate.objects.filter(pk=row.template_id, versions__isnull=True).delete()


def archive(template: OnboardingTemplate, *, by: Actor, at: datetime) -> None:
    """No project starts from it any more; those that run go on. Safe to repeat.

    Journal: work.onboarding_template.archived.
    """
    with transaction.atomic():
        if OnboardingTemplate.objects.filter(pk=template.pk, archived_at__isnull=True).update(archived_at=at):
            particulars = {"template": template.key}
            journal.record(
                "work.onboarding_template.archived", actor=by, at=at,
                subject=("onboarding_template", template.pk), particulars=particulars,
            )  # fmt: skip


def in_use(template: OnboardingTemplate | str) -> OnboardingTemplateVersion:
    """The version from which projects start now. Raises Refused where there is none."""
    key = template.key if isinstance(template, OnboardingTemplate) else template
    found = (
        OnboardingTemplateVersion.objects.filter(
            template__key=key, template__archived_at__isnull=True, published_at__isnull=False
        )
        .select_related("template")
        .order_by("-number")
        .first()
    )
    if found is None:
        raise Refused.one(
            "template", Text("no template in use has this key", "このキーの使用中テンプレートはない"), key
        )
    return found


def all_in_use() -> list[OnboardingTemplateVersion]:
    """The newest version in use of every template that is not put away, by key."""
    rows = OnboardingTemplateVersion.objects.filter(
        template__archived_at__isnull=True, published_at__isnull=False
    ).select_related("template")
    newest: dict[int, OnboardingTemplateVersion] = {}
    for row in rows.order_by("template__key", "number"):
        newest[row.template_id] = row
    return list(newest.values())


def name(version: OnboardingTemplateVersion) -> Text:
    """Its name, without reading the rest."""
    given = version.document.get("name", {})
    return Text(given.get("en", ""), given.get("ja", "")) if isinstance(given, Mapping) else Text(given, given)


def _record(verb: str, row: OnboardingTemplateVersion, template: Template, by: Actor, at: datetime) -> None:
    particulars = {
        "template": row.template.key, "number": row.number, "name_en": template.name.en, "name_ja": template.name.ja,
    }  # fmt: skip
    journal.record(
        f"work.onboarding_template.{verb}", actor=by, at=at,
        subject=("onboarding_template", row.template_id), particulars=particulars,
    )  # fmt: skip
