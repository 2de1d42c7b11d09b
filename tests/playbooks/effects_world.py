"""Accounts that had an occasion for a playbook, four in five treated, and what their measures were before and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.calendar import start_of
from nenrin.ingest import lakes
from nenrin.insight import history
from nenrin.insight.models import Progress
from nenrin.playbooks.models import Exposure, Playbook
from tests.playbooks.stage import document, published

METRIC = "weekly_active_users"


def build(
    at: datetime, *, accounts: int = 400, effect: float = 3.0, days: int = 30, share: float = 0.2,
    gains: Callable[[int], bool] = lambda n: True, **more: object,
) -> Playbook:  # fmt: skip
    """The occasions lie evenly over the sixty days that ended `days` + 1 days ago; every fifth account is left alone, and
    of the others those gain that `gains` names by their place."""
    told = document(
        holdout={"share": share, "metric": METRIC}, hypothesis={"measure": METRIC, "expected": effect or 3.0}, **more
    )
    playbook = published(told, at=at).playbook
    today, rng = organisation.today(at), np.random.default_rng(accounts)
    rows = [
        Account(name=f"顧客{n:04d}", status="customer", created_at=at, changed_at=at, search="")
        for n in range(accounts)
    ]
    Account.objects.bulk_create(rows)
    begun = [today - timedelta(days + 1 + 60 - 60 * n // accounts) for n in range(accounts)]
    held = [n % 5 == 0 for n in range(accounts)]
    before = rng.normal(20, 5, accounts)
    gained = [not alone and gains(n) for n, alone in enumerate(held)]
    after = before + rng.normal(0, 2, accounts) + np.where(gained, effect, 0.0)
    zone = organisation.zone()
    Exposure.objects.bulk_create(
        Exposure(playbook=playbook, account=row, arm="holdout" if alone else "treated", share=share, cluster=row.pk,
                 version=1, at=start_of(on, zone) + timedelta(hours=9))
        for row, alone, on in zip(rows, held, begun, strict=True)
    )  # fmt: skip
    keys = [row.pk for row in rows]
    _measured(keys, [on - timedelta(1) for on in begun], before, 1)
    _measured(keys, [on + timedelta(days) for on in begun], after, 2)
    Progress.objects.update_or_create(pk=1, defaults={"scored_through": today - timedelta(1)})
    return playbook


def _measured(accounts: list[int], on: list[date], values: np.ndarray, version: int) -> None:
    rows = pa.table(
        {"account": accounts, "day": on, "month": [f"{day:%Y-%m}" for day in on], "measure": [METRIC] * len(on),
         "value": values}
    )  # fmt: skip
    history.values_table(lakes.current()).append(rows.cast(history.VALUES), app="test", version=version)
