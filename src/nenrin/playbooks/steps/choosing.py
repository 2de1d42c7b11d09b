"""Closed sets that steps ask for: where webhooks go, which templates there are."""

from __future__ import annotations

from nenrin.foundation.models import WebhookEndpoint
from nenrin.playbooks.documents.params import Choices, Source
from nenrin.values import Text
from nenrin.work.onboarding import templates


def choices() -> dict[Source, Choices]:
    endpoints = WebhookEndpoint.objects.filter(disabled_at__isnull=True).values_list("pk", "name")
    begun = [(version.template.key, templates.name(version)) for version in templates.all_in_use()]
    return {"webhooks": tuple((str(pk), Text(name, name)) for pk, name in endpoints), "templates": tuple(begun)}
