"""Words for sources, refusals and loops, and what to paste into a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nenrin.values import Text

KINDS: Final[Mapping[str, Text]] = {
    "server": Text("Server", "サーバー"),
    "browser": Text("Browser", "ブラウザー"),
    "relay": Text("CDP or relay", "CDP・中継"),
    "import": Text("Import", "取り込み"),
    "simulator": Text("Simulation", "シミュレーション"),
}
POLICIES: Final[Mapping[str, Text]] = {
    "arrival": Text("when it arrives", "届いた時点"),
    "column": Text("as each row states", "行に書かれた時点"),
    "lag": Text("some hours after it happened", "発生から一定時間後"),
}
#: Reasons for which an event is set aside; an unknown one is shown as it is.
REASONS: Final[Mapping[str, Text]] = {
    "not_an_object": Text("Not an event", "イベントの形ではない"),
    "unknown_type": Text("Unknown type of call", "呼び出しの種類が不明"),
    "no_user_anon_id": Text("Neither user nor anonymous id", "利用者IDも匿名IDもない"),
    "no_event": Text("Track call without a name", "trackにイベント名がない"),
    "no_group_id": Text("Group call without a group", "groupにグループIDがない"),
    "no_previous_id": Text("Alias without the earlier id", "aliasに以前のIDがない"),
    "too_large": Text("Larger than 1 MB", "1 MBを超える"),
    "id_reuse": Text("Message id used twice for different events", "同じIDで内容の違うイベント"),
    "unreadable": Text("Body cannot be read", "本文を読み取れない"),
    "miscounted": Text("Fewer events in the body than were counted", "本文のイベント数が受信時の件数より少ない"),
    "id_too_long": Text("Id longer than 500 characters", "IDが500文字を超える"),
    "properties_not_an_object": Text("Properties are no object", "propertiesがオブジェクトではない"),
    "traits_not_an_object": Text("Traits are no object", "traitsがオブジェクトではない"),
    "context_not_an_object": Text("Context is no object", "contextがオブジェクトではない"),
}
#: What was noted of an event that was stored.
FLAGS: Final[Mapping[str, Text]] = {
    "skew": Text("clock ahead: time of arrival taken", "時計が進みすぎ：受信時刻を採用"),
    "odd_time": Text("impossible time: time of arrival taken", "日時が不正：受信時刻を採用"),
    "blank_id": Text("blank message id", "メッセージIDが空白"),
    "long_id": Text("long message id shortened", "長いメッセージIDを短縮"),
    "assumed": Text("day of knowledge assumed", "知り得た日は推定"),
    "excluded": Text("left out of counts", "集計から除外"),
    "ignored": Text("name is ignored", "数えないイベント"),
    "nan": Text("not-a-number became empty", "NaNを空に置換"),
    "range": Text("number beyond any size became empty", "大きすぎる数を空に置換"),
    "surrogate": Text("broken character replaced", "壊れた文字を置換"),
    "nul": Text("character U+0000 replaced", "文字U+0000を置換"),
    "deep": Text("deep nesting kept as text", "深い入れ子を文字列で保管"),
    "duplicate_key": Text("a key stood twice, the last was taken", "キーの重複は最後を採用"),
}
CONFLICTS: Final[Mapping[str, Text]] = {
    "forbidden_id": Text("Placeholder used as an id", "IDに仮の値を使用"),
    "two_users": Text("Two known users would merge", "既知の利用者2人の統合になる"),
    "group_limit": Text("Too many new groups in a day", "1日の新規グループ数が上限超え"),
    "refused_account": Text("Group id that cannot be an account's key", "顧客キーにできないグループID"),
}
LOOPS: Final[Mapping[str, Text]] = {
    "worker.work": Text("Imports", "取り込み"),
    "worker.turn": Text("Terms and deadlines", "契約期間・期限の更新"),
    "worker.drain": Text("Events into the lake", "利用ログの格納"),
    "worker.seal": Text("Sealing the audit log", "監査ログの封印"),
    "worker.mirror": Text("Facts into the lake", "記録の格納"),
    "worker.tick": Text("Closing the day", "日次締め"),
    "worker.refresh": Text("Health scores", "ヘルススコア更新"),
    "worker.risk": Text("Churn risk", "解約リスクの更新"),
    "worker.learn": Text("Learning risk models", "予測モデルの学習"),
    "worker.start": Text("Figures of the first day", "開始時の数値"),
    "worker.backtest": Text("Backtests", "過去データ検証"),
    "worker.replay": Text("Playbook replays", "プレイブックの再現"),
    "worker.route": Text("Owners by rule", "担当の自動割り当て"),
    "worker.days": Text("Load of each day", "日々の負荷の集計"),
    "worker.react": Text("Playbook triggers", "プレイブックの開始"),
    "worker.play": Text("Playbook steps", "プレイブックの実行"),
    "worker.follow": Text("What merged accounts take along", "統合した顧客の引き継ぎ"),
    "worker.handoffs": Text("Handoffs and promises", "引き継ぎ・約束事"),
    "worker.onboarding": Text("Onboarding projects", "オンボーディング"),
    "worker.journeys": Text("Journeys", "ジャーニー"),
    "worker.losses": Text("Churn reasons", "解約理由"),
    "worker.renewals": Text("Renewals", "更新"),
    "worker.owners": Text("News for owners", "担当への通知"),
    "worker.notices": Text("Notices by mail", "通知メール"),
    "worker.deliver": Text("Sending mails", "メール送信"),
    "worker.tell": Text("Webhooks: what happened", "Webhookの作成"),
    "worker.post": Text("Webhooks: sending", "Webhookの送信"),
    "worker.calendars": Text("Subscribed calendars", "購読カレンダー"),
    "worker.clear": Text("Clearing files thrown away", "破棄したファイルの消去"),
    "worker.reports": Text("Reports by mail", "レポートの定期送信"),
    "worker.tidy": Text("Tidying files", "ファイル整理"),
    "worker.verify": Text("Verifying the audit log", "監査ログの検証"),
}
USES: Final[Mapping[str, Text]] = {
    "unmapped": Text("Not classified", "未分類"),
    "login": Text("Login", "ログイン"),
    "key_feature": Text("Key feature", "重要機能"),
    "first_value": Text("First value", "最初の成功体験"),
    "other": Text("Other activity", "その他の利用"),
    "ignore": Text("Ignore", "数えない"),
}
EXCLUSIONS: Final[Mapping[str, Text]] = {
    "user": Text("User id", "利用者ID"),
    "group": Text("Group id", "グループID"),
    "email_domain": Text("E-mail domain", "メールのドメイン"),
    "agent": Text("Client (User-Agent)", "クライアント（User-Agent）"),
}


@dataclass(frozen=True, slots=True)
class Snippet:
    """What to paste into one kind of client."""

    key: str
    name: str
    code: str


def snippets(base: str, key: str) -> list[Snippet]:
    """Ready to paste, for this installation's address and this source's write key."""
    host = base.partition("://")[2]
    return [Snippet(one, name, code.format(base=base, host=host, key=key)) for one, name, code in _SNIPPETS]


_SNIPPETS: Final = (
    (
        "browser",
        "JavaScript (npm)",
        "import {{ AnalyticsBrowser }} from '@segment/analytics-next'\n"
        "const analytics = AnalyticsBrowser.load({{ writeKey: '{key}', cdnURL: '{base}' }})\n"
        "analytics.identify('user-1', {{ email: 'user@example.com' }})\n"
        "analytics.group('account-1', {{ name: '株式会社サンプル' }})\n"
        "analytics.track('Report Opened')",
    ),
    (
        "python",
        "Python",
        "from segment.analytics.client import Client\n"
        "client = Client('{key}', host='{base}')\n"
        "client.group('user-1', 'account-1', {{'name': '株式会社サンプル'}})\n"
        "client.track('user-1', 'Report Opened', context={{'groupId': 'account-1'}})",
    ),
    (
        "node",
        "Node.js",
        "import {{ Analytics }} from '@segment/analytics-node'\n"
        "const analytics = new Analytics({{ writeKey: '{key}', host: '{base}' }})\n"
        "analytics.track({{ userId: 'user-1', event: 'Report Opened', context: {{ groupId: 'account-1' }} }})",
    ),
    (
        "rudder",
        "RudderStack",
        "import Rudder from '@rudderstack/rudder-sdk-node'\n"
        "const client = new Rudder('{key}', {{ dataPlaneUrl: '{base}' }})",
    ),
    ("posthog", "PostHog", "from posthog import Posthog\nposthog = Posthog('{key}', host='{base}')"),
    (
        "jitsu",
        "Jitsu",
        "import {{ jitsuAnalytics }} from '@jitsu/js'\n"
        "const analytics = jitsuAnalytics({{ host: '{base}', writeKey: '{key}:-' }})",
    ),
    (
        "curl",
        "curl",
        "curl -u '{key}:' {base}/v1/batch \\\n"
        '  -d \'{{"batch": [{{"type": "track", "event": "Report Opened", "userId": "user-1",'
        ' "context": {{"groupId": "account-1"}}}}]}}\'',
    ),
)
