"""Ready-made playbooks: each a document to begin from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
ORDER = (
    "welcome", "onboarding-at-risk", "low-usage", "champion-left", "detractor", "notice-deadline", "usage-near-limit",
    "success-story", "win-back",
)  # fmt: skip


@cache
def documents() -> Mapping[str, Mapping[str, Any]]:
    """By key, in the order of a customer's life."""
    return {key: yaml.safe_load((FOLDER / f"{key}.yaml").read_text(encoding="utf-8")) for key in ORDER}
