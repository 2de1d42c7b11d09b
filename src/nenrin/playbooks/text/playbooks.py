"""Playbooks, their versions, their runs: the journal's sentences."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register(
    "playbooks.playbook.drafted",
    Text("Playbook {name_en} v{number} drafted", "プレイブック「{name_ja}」v{number}の案を保存"),
)
register(
    "playbooks.playbook.asked",
    Text("Playbook {name_en} v{number}: review asked for", "プレイブック「{name_ja}」v{number}の確認を依頼"),
)
register(
    "playbooks.playbook.published",
    Text("Playbook {name_en} v{number} published: {note}", "プレイブック「{name_ja}」v{number}を公開: {note}"),
)
register(
    "playbooks.playbook.discarded",
    Text("Draft of playbook {name_en} v{number} discarded", "プレイブック「{name_ja}」v{number}の案を破棄"),
)
register(
    "playbooks.playbook.retired",
    Text("Playbook {name_en} taken out of use: {note}", "プレイブック「{name_ja}」の利用を終了: {note}"),
)
register(
    "playbooks.playbook.paused",
    Text("Playbook {name_en} paused: {note}", "プレイブック「{name_ja}」を一時停止: {note}"),
)
register("playbooks.playbook.resumed", Text("Playbook {name_en} goes on", "プレイブック「{name_ja}」を再開"))
register(
    "playbooks.playbook.passed",
    Text(
        "Playbook {name_en}: {signs} signs of {accounts} accounts passed it by while it was paused",
        "プレイブック「{name_ja}」: 一時停止中に見送ったきっかけ {signs}件（{accounts}社）",
    ),
)
register("playbooks.playbook.exported", Text("{rows} playbooks exported", "プレイブック{rows}件を出力"))
register("playbooks.replay.exported", Text("{rows} replays exported", "過去シミュレーション{rows}件を出力"))
register("playbooks.run.exported", Text("{rows} runs of playbooks exported", "プレイブックの実行{rows}件を出力"))
register(
    "playbooks.run.entered", Text("Playbook {name_en} begins: {why_en}", "プレイブック「{name_ja}」を開始: {why_ja}")
)
register(
    "playbooks.run.asked",
    Text("Playbook {name_en} waits for approval: {why_en}", "プレイブック「{name_ja}」が承認待ち: {why_ja}"),
)
register("playbooks.run.done", Text("Playbook {name_en} done: {why_en}", "プレイブック「{name_ja}」が完了: {why_ja}"))
register(
    "playbooks.run.exited",
    Text("Playbook {name_en} ended early: {why_en}", "プレイブック「{name_ja}」を途中終了: {why_ja}"),
)
register(
    "playbooks.run.failed",
    Text(
        "Playbook {name_en} failed at step {number}: {why_en}",
        "プレイブック「{name_ja}」が手順{number}で失敗: {why_ja}",
    ),
)
register("playbooks.run.retried", Text("Playbook {name_en} tried again", "プレイブック「{name_ja}」を再試行"))
register("playbooks.run.moved", Text("Run moved to v{number} of {name_en}", "実行中の「{name_ja}」をv{number}に移行"))
register(
    "playbooks.run.approved", Text("{runs} runs of {name_en} approved", "プレイブック「{name_ja}」の{runs}件を承認")
)
register(
    "playbooks.run.declined", Text("{runs} runs of {name_en} declined", "プレイブック「{name_ja}」の{runs}件を見送り")
)
register(
    "playbooks.webhook.sent",
    Text("Playbook {name_en} sent a webhook", "プレイブック「{name_ja}」がWebhookを送信"),
)
register(
    "playbooks.replay.asked",
    Text("Replay of {name_en} v{number} asked for", "プレイブック「{name_ja}」v{number}の過去シミュレーションを依頼"),
)
register(
    "playbooks.replay.done",
    Text("Replay of {name_en} v{number} done", "プレイブック「{name_ja}」v{number}の過去シミュレーションが完了"),
)
register(
    "playbooks.replay.failed",
    Text("Replay of {name_en} v{number} failed", "プレイブック「{name_ja}」v{number}の過去シミュレーションに失敗"),
)
register("playbooks.list.shared", Text("On the shared list “{list}”", "共有リスト「{list}」に追加"))
