"""Journal entries read as sentences: no code of the program is left in them."""

from __future__ import annotations

from typing import Any

import pytest

from nenrin.foundation.models import Entry
from nenrin.web import telling


@pytest.mark.parametrize(
    ("action", "particulars", "en", "ja"),
    [
        (
            "customers.contact.left",
            {"name": "井上 徹", "role": "decision_maker"},
            "井上 徹 left (Decision maker)",
            "「井上 徹」が退任（決裁者）",
        ),
        ("customers.subscription.rolled", {"happened": "renewed, repriced"}, "Subscription renewed, price changed", "契約 更新、価格改定"),
        (
            "customers.subscription.repriced",
            {"from_on": "2025-01-02", "mrr_minor": 240000, "currency": "JPY"},
            "Price from 2 Jan 2025: ¥240,000",
            "2025/01/02から価格改定: ¥240,000",
        ),
        ("customers.account.changed", {"fields": "stage, unheard_of"}, "Account changed: stage, unheard_of", "顧客情報を変更: ステージ、unheard_of"),
        ("customers.owner.assigned", {"member": "森 結衣", "phase": "onboarding"}, "森 結衣 is Onboarding owner now", "森 結衣がオンボーディング担当に就任"),
        ("foundation.member.added", {"member": "青木 徹", "role": "executive"}, "青木 徹 added as Executive viewer", "青木 徹を追加（経営（閲覧））"),
        ("ingest.ticket.opened", {"priority": "high", "title": "帳票"}, "Ticket opened (high): 帳票", "問い合わせ（優先度 高）: 帳票"),
        ("customers.rules.changed", {"kind": "touch_model"}, "Rules for touch models changed", "タッチモデルのルールを変更"),
    ],
)  # fmt: skip
def test_codes_days_and_amounts_are_written_out(action: str, particulars: dict[str, Any], en: str, ja: str) -> None:
    said = telling.sentence(Entry(action=action, particulars=particulars))
    assert (said.en, said.ja) == (en, ja)


def test_what_is_missing_reads_as_a_dash_and_an_unknown_action_as_itself() -> None:
    assert telling.sentence(Entry(action="customers.contact.left", particulars={})).en == "— left (—)"
    assert telling.sentence(Entry(action="no.such", particulars={})).ja == "no.such"
