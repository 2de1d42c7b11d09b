"""Losses: opened as the worker would, most of them explained by whoever asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from nenrin.foundation import organisation
from nenrin.simulator.economy.workdays import worked
from nenrin.simulator.streams import stream
from nenrin.simulator.world import World
from nenrin.simulator.writer.accounts import Book
from nenrin.work import loss_opening, losses
from nenrin.work.models import ChurnReason, Loss

_WORDS: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent.parent / "prose" / "leaving.yaml").read_text(encoding="utf-8")
)
#: What goes with colours shown before: red ones had not arrived, green ones were taken away.
REASONS = {
    "at_risk": ("value", "adoption", "champion", "quality"),
    "caution": ("adoption", "price", "feature", "champion"),
    "healthy": ("competitor", "budget", "business", "price"),
}
OTHERS = ("price", "budget", "business")
EXPLAINED, ASKED = 0.75, 0.6
ASKED_AFTER = timedelta(days=12)
ASKER = "mori"


def told(world: World, book: Book, *, now: datetime) -> None:
    """Losses of the past with the reasons that were learned."""
    while loss_opening.step(now):
        continue
    reasons = {row.key: row for row in ChurnReason.objects.all()}
    for row in Loss.objects.unexplained().select_related("account").order_by("pk"):
        rng = stream(world.seed, "leaving", str(row.account.name))
        if rng.random() < EXPLAINED:
            _explain(row, reasons, book, rng, now)


def _explain(row: Loss, reasons: dict[str, ChurnReason], book: Book, rng: np.random.Generator, now: datetime) -> None:
    key = str(rng.choice(REASONS.get(row.band_90, OTHERS)))
    words = _WORDS[key][int(rng.integers(len(_WORDS[key])))]
    language = row.account.language if row.account.language == "en" else "ja"
    was_asked = rng.random() < ASKED and worked(row.decided_on + ASKED_AFTER) < organisation.today(now)
    losses.explain(
        row, reason=reasons[key], words=words[language], competitor=words.get("competitor", {}).get(language, ""),
        interviewed_on=worked(row.decided_on + ASKED_AFTER) if was_asked else None,
        interviewer=row.owner if was_asked else None, by=book.ground.actor(ASKER), at=now,
    )  # fmt: skip
