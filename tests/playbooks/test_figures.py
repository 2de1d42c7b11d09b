"""What stands in a field, as people read it under Why or why not."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from nenrin.customers.models import Account
from nenrin.foundation import organisation
from nenrin.foundation.models import Organisation
from nenrin.insight.models import CurrentMeasure
from nenrin.playbooks import lives, setting, whys
from nenrin.playbooks.models import PlaybookVersion
from nenrin.values import Text
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


def shown(account: Account, at: datetime) -> dict[str, Text]:
    """The values of the audience's comparisons, by their sentence."""
    fields, choices = setting.current()
    live = lives.stored(PlaybookVersion.objects.get(state="live"), fields, choices)
    told = whys.of(live, account, at=at, fields=fields, setting=choices)
    [audience] = [rule for rule in told.rules if rule.name.en == "Accounts it is for"]
    return {check.sentence.en: check.value for check in audience.checks}


def test_values_are_told_as_people_read_them(org: Organisation, at: datetime) -> None:
    account = stage.account(at=at, customer_since=date(2025, 4, 1))
    measured = {"usage_trend": 0.781893, "active_user_share": 0.44123, "days_since_touch": 12, "mrr": 1_234_567,
                "events_28d": 12_345.6, "nps": -8.25}  # fmt: skip
    for key, value in measured.items():
        CurrentMeasure.objects.create(account=account, measure=key, value=value, as_of=organisation.today(at))
    asked = [{"field": key, "op": "<", "value": 10} for key in (*measured, "weekly_active_users")]
    asked += [{"field": "usage_trend", "op": "<", "value": 0.7815}, {"field": "status", "op": "=", "value": "customer"},
              {"field": "customer_since", "op": "<", "value": "2026-01-01"}]  # fmt: skip
    stage.published(stage.document(who={"all": asked}), at=at)
    told = [(one.en, one.ja) for one in shown(account, at).values()]
    assert told == [
        ("0.78", "0.78"), ("44.1%", "44.1%"), ("12 days", "12日"), ("¥1,234,567", "1,234,567円"), ("12,346", "12,346"),
        ("−8.25", "−8.25"), ("nothing known", "データなし"), ("0.782", "0.782"), ("Customer", "契約中"),
        ("1 Apr 2025", "2025/04/01"),
    ]  # fmt: skip
