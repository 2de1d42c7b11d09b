"""What contracts say beyond a price, by file: discounts that end, commitments, metered usage, credits."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nenrin.customers.models import Subscription
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.ingest import imports
from nenrin.ingest.models.imports import RejectedRow
from tests.ingest.files_kit import counts, finish, imported

CONTRACTS = """契約キー,account_key,開始日,月額,定価,割引最終日,最低利用額,段階契約,課金停止日,クレジット（減額）
S1,A,2026-04-01,80000,100000,2027/03/31,20000,はい,,
S2,A,2026-04-01,△30000,,,,,,はい
S3,A,2026-04-01,-1,,,,,,
S4,A,2026-04-01,80000,100000,,,,,
S5,A,2026-04-01,50000,,,,,2026-12-01,
"""


def test_a_file_of_contracts_tells_discounts_commitments_and_credits(org: Organisation, at: datetime) -> None:
    imported("accounts", "key,name\nA,甲\n", at)
    row = imported("subscriptions", CONTRACTS, at)
    assert counts(row) == (3, 0, 0, 2)
    found = {each.key: each for each in Subscription.objects.all()}
    first = found["S1"]
    assert (first.mrr_minor, first.list_minor, first.discount_until) == (80_000, 100_000, date(2027, 3, 31))
    assert (first.committed_minor, first.is_ramp, found["S5"].billed_to) == (20_000, True, date(2026, 12, 1))
    assert (found["S2"].mrr_minor, found["S2"].is_credit) == (-30_000, True)
    reasons = {each.number: str(each.problems) for each in RejectedRow.objects.filter(of=row)}
    assert len(reasons) == 2
    in_order = [reasons[number] for number in sorted(reasons)]
    assert "marked as a credit" in in_order[0] and "last day" in in_order[1]
    assert counts(imported("subscriptions", CONTRACTS, at)) == (0, 0, 3, 2)


def test_metered_usage_is_a_file_of_months_that_is_taken_back(org: Organisation, at: datetime) -> None:
    imported("accounts", "key,name\nA,甲\n", at)
    imported("subscriptions", "key,account_key,starts_on,mrr\nS1,A,2026-04-01,80000\n", at)
    imported("metered", "契約キー,対象月,従量課金額\nS1,2026年9月,1000\n", at - timedelta(hours=1))
    text = "契約キー,対象月,従量課金額\nS1,2026年9月,1200\nS1,2026年10月,900\nS9,2026年9月,1\nS1,2026年8月,-5\n"
    row = imported("metered", text, at)
    assert counts(row) == (1, 1, 0, 2)
    assert Subscription.objects.get().metered == {"2026-09": 1200, "2026-10": 900}
    later = at + timedelta(hours=1)
    imports.undo(row, by=SYSTEM, at=later)
    finish(later)
    assert Subscription.objects.get().metered == {"2026-09": 1000}
