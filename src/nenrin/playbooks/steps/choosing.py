"""Closed sets that steps ask for: where webhooks go, which templates there are."""

from __future__ import annotations

from nenrin.foundation.models import WebhookEndpoint
from nenrin.playbooks.documents.params import Choices
from nenrin.values import Text
from nenrin.work.onboarding import templates


def endpoints() -> Choices:
    rows = WebhookEndpoint.objects.filter(disabled_at__isnull=True).values_list("pk", "name")
    return tuple((str(pk), Text(name, name)) for pk, name in rows)


def templates_in_use() -> Choices:
    return tuple((version.template.key, templates.name(version)) for version in templates.all_in_use())
