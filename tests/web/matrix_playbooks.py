"""Playbooks in the world of the permission matrix: one that is live, and a run of each owner's account."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from nenrin.foundation.actors import SYSTEM
from nenrin.playbooks import holdouts
from nenrin.playbooks.models import Exposure, Run, UniversalExclusion
from tests.playbooks import stage


def put(world: Any, at: datetime) -> None:
    version = stage.published(stage.document(), at=at)
    world.put("playbook", version.playbook.key)
    world.put("playbook_number", version.number)
    holdouts.change(0.05, reason="全体効果測定", by=SYSTEM, at=at)
    world.put("universal_exclusion", UniversalExclusion.objects.get().pk)
    for owner, account in world.ids["account"].items():
        run = Run.objects.create(playbook=version.playbook, version=version, account_id=account, occasion="matrix",
                                 state="waiting", why={"en": "x", "ja": "x"}, entered_at=at, changed_at=at)  # fmt: skip
        world.put("run", run.pk, owner)
        Exposure.objects.create(playbook=version.playbook, account_id=account, arm="treated", share=0.1, cluster=account,
                                version=1, at=at)  # fmt: skip
