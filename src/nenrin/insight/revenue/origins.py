"""How the usual words for where a customer came from read; any other stands as it was told."""

from __future__ import annotations

from collections.abc import Mapping

from nenrin.values import Text

NAMES: Mapping[str, Text] = {
    "inbound": Text("Inbound", "問い合わせ・資料請求"),
    "referral": Text("Referral", "紹介"),
    "webinar": Text("Webinar", "セミナー"),
    "event": Text("Event", "展示会・イベント"),
    "outbound": Text("Outbound", "営業からの接触"),
    "partner": Text("Partner", "パートナー"),
    "trial": Text("Trial", "無料トライアル"),
    "ad": Text("Advertisement", "広告"),
    "faq": Text("FAQ", "よくある質問"),
    "case": Text("Case study", "導入事例"),
    "community": Text("Community", "コミュニティ"),
    "sales": Text("Sales", "営業"),
}
