"""What the condition editor offers inside a playbook's form."""

from __future__ import annotations

from typing import Any

from django import template

from nenrin.web.playbooks.standing import Standing
from nenrin.web.segments import editing

register = template.Library()


@register.simple_tag
def condition_choices(standing: Standing) -> dict[str, Any]:
    """Fields, comparisons and the words that values may be chosen from."""
    return {
        "fields": standing.fields.values(),
        "ops": editing.OPS.items(),
        "choices": editing.choices(standing.fields),
    }
