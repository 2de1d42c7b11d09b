"""An opportunity of each owner's account with its proposal, for the permission matrix; its words hold what only some may read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from nenrin.customers.models import Account
from nenrin.foundation.actors import SYSTEM
from nenrin.work import attachments, opportunities
from nenrin.work.opportunities import proposals

if TYPE_CHECKING:
    from tests.web.matrix_world import World


def add(world: World, account: Account, owner: str, canary: str, at: datetime) -> None:
    row = opportunities.open(
        account, "upsell", title=f"{canary} 依頼", next_step=f"{canary} 電話", reason=f"{canary} 合意",
        expected=10_000, by=SYSTEM, at=at,
    )  # fmt: skip
    proposals.propose(row, f"{canary} 工数", terms=f"{canary} 宛", reason=f"{canary} 合意", by=SYSTEM, at=at)
    world.put("opportunity", row.pk, owner)
    file = attachments.add(row, f"{canary}.pdf", [b"%PDF-1.7 x"], by=SYSTEM, at=at)
    world.put("opportunity_file", file.pk, owner)
