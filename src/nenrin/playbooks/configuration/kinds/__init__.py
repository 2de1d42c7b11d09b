"""The kinds of configuration, in the order in which they lean on each other: playbooks name segments and templates."""

from __future__ import annotations

from nenrin.playbooks.configuration.kinds import (
    agenda_templates,
    events,
    health_models,
    journeys,
    mail_templates,
    onboarding_templates,
    plan_templates,
    playbooks,
    policies,
    segments,
    task_templates,
)
from nenrin.playbooks.configuration.kinds.shape import Kind

KINDS: tuple[Kind, ...] = (
    events.KIND, segments.KIND, health_models.KIND, task_templates.KIND, agenda_templates.KIND, mail_templates.KIND,
    onboarding_templates.KIND, plan_templates.KIND, policies.KIND, playbooks.KIND, journeys.KIND,
)  # fmt: skip
OF_FOLDER = {kind.folder: kind for kind in KINDS}
