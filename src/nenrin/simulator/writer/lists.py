"""The lists that this team lives by, and one score that somebody set by hand."""

from datetime import datetime, timedelta

from nenrin.insight import overrides, segments
from nenrin.simulator.writer.accounts import Book

SEGMENTS: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("危険な顧客", "毎朝の確認用", {"all": [{"field": "health.band", "op": "=", "value": "at_risk"}]}),
    (
        "利用が落ちている顧客",
        "マーケティングと共有する一覧",
        {
            "all": [
                {"field": "status", "op": "=", "value": "customer"},
                {"field": "usage_trend", "op": "<", "value": 0.7},
            ]
        },
    ),
    (
        "更新拒絶期限日が45日以内",
        "更新前レビューの対象",
        {
            "all": [
                {"field": "days_to_notice", "op": ">=", "value": 0},
                {"field": "days_to_notice", "op": "<=", "value": 45},
            ]
        },
    ),
    (
        "拡大の候補",
        "ライセンスの利用が9割を超え、健全な顧客",
        {
            "all": [
                {"field": "health.band", "op": "=", "value": "healthy"},
                {"field": "active_user_share", "op": ">=", "value": 0.9},
            ]
        },
    ),
)
OVERRIDDEN = "T-recovering"
OVERRIDE_DAYS = 21
WHY = "4拠点への展開が決まり、月次定例で利用目標に合意。次の定例まで様子を見る。"


def made(book: Book, *, now: datetime) -> int:
    """Save the segments and one override; returns how many segments there are."""
    by = book.ground.actor("takagi")
    for name, note, condition in SEGMENTS:
        segments.save(name, condition, by=by, at=now, note=note)
    account = book.accounts[OVERRIDDEN].pk
    until = now.astimezone(book.zone).date() + timedelta(OVERRIDE_DAYS)
    overrides.set_(account, by=book.ground.actor("sato"), at=now, reason=WHY, expires_on=until, score=82.0)
    return len(SEGMENTS)
