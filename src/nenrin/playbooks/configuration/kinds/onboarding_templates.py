"""Onboarding templates by their key; running projects keep the version they began with."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.customers.errors import Conflict, Refused
from nenrin.playbooks.configuration.kinds.shape import Document, Kind, Taking, Unpublished, nothing, unpublished
from nenrin.values import Text
from nenrin.work.models.onboarding_template import OnboardingTemplate, OnboardingTemplateVersion
from nenrin.work.onboarding import templates


def live() -> Mapping[str, Document]:
    rows = OnboardingTemplateVersion.objects.filter(published_at__isnull=False, template__archived_at__isnull=True)
    found = rows.order_by("number").values_list("template__key", "document")
    return dict(found)


def take(key: str, document: Document, taking: Taking) -> None:
    row = templates.draft(key, document, by=taking.by, at=taking.at)
    templates.publish(row, by=taking.by, at=taking.at)


def retire(key: str, taking: Taking) -> None:
    for row in OnboardingTemplate.objects.filter(key=key, archived_at__isnull=True):
        templates.archive(row, by=taking.by, at=taking.at)


def draft(key: str) -> Unpublished | None:
    row = OnboardingTemplateVersion.objects.filter(template__key=key, published_at__isnull=True)
    return unpublished(row.select_related("author").first())


KIND = Kind(
    "onboarding-templates", Text("Onboarding template", "オンボーディングのテンプレート"), live, take, retire, nothing,
    (Refused, Conflict), draft,
)  # fmt: skip
