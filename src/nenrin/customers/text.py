"""The journal's sentences for customers."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("customers.account.opened", Text("Account {name} opened", "顧客「{name}」を登録"))
register("customers.account.changed", Text("Account changed: {fields}", "顧客情報を変更: {fields}"))
register(
    "customers.account.confirmed",
    Text("Provisional account confirmed as {name}", "仮登録を「{name}」として確定"),
)
register("customers.account.archived", Text("Account {name} archived", "顧客「{name}」をアーカイブ"))
register("customers.account.restored", Text("Account {name} restored", "顧客「{name}」を復元"))
register(
    "customers.account.merged",
    Text("{absorbed} merged into {survivor}", "「{absorbed}」を「{survivor}」に統合"),
)
register("customers.account.unmerged", Text("Merge of {absorbed} undone", "「{absorbed}」の統合を取り消し"))
register("customers.merge.exported", Text("Duplicates exported: {rows} rows", "重複顧客の一覧{rows}件を出力"))
register(
    "customers.account.tagged",
    Text("Tags: {added} added, {removed} removed", "タグ 追加: {added} 解除: {removed}"),
)
register("customers.account.regraded", Text("Tier or touch model by rule: {fields}", "ルールにより変更: {fields}"))
register("customers.account.exported", Text("{rows} accounts exported", "顧客{rows}件を出力"))
register("customers.key.added", Text("Key {key} points here", "キー {key} を紐付け"))
register("customers.key.removed", Text("Key {key} no longer points here", "キー {key} の紐付けを解除"))
register("customers.owner.assigned", Text("{member} is {phase} now", "{member}が{phase}に就任"), personal=True)
register(
    "customers.owner.released",
    Text("{member} is no longer {phase}", "{member}が{phase}を離任"),
    personal=True,
)
register(
    "customers.touch.overridden",
    Text("Touch model set to {touch_model}: {reason}", "タッチモデルを{touch_model}に変更: {reason}"),
)
register("customers.touch.released", Text("Touch model follows its rule again", "タッチモデルをルールに戻す"))
register("customers.contact.added", Text("Contact {name} added", "顧客担当者「{name}」を登録"), personal=True)
register(
    "customers.contact.changed",
    Text("Contact {name} changed: {fields}", "顧客担当者「{name}」を変更: {fields}"),
    personal=True,
)
register("customers.contact.left", Text("{name} left ({role})", "「{name}」が退任（{role}）"), personal=True)
register(
    "customers.contact.archived",
    Text("Contact {name} archived", "顧客担当者「{name}」をアーカイブ"),
    personal=True,
)
register("customers.contact.restored", Text("Contact {name} restored", "顧客担当者「{name}」を復元"), personal=True)
register("customers.contact.erased", Text("A contact's personal data erased", "顧客担当者の個人情報を消去"))
register("customers.segment.exported", Text("{rows} segments exported", "セグメント{rows}件を出力"))
register("customers.contact.exported", Text("{rows} contacts exported", "顧客担当者{rows}件を出力"))
register("customers.product.saved", Text("Product {name} saved", "製品「{name}」を保存"))
register("customers.product.archived", Text("Product {name} archived", "製品「{name}」をアーカイブ"))
register("customers.plan.saved", Text("Plan {name} saved", "プラン「{name}」を保存"))
register("customers.plan.archived", Text("Plan {name} archived", "プラン「{name}」をアーカイブ"))
register("customers.subscription.signed", Text("Subscription signed: {plan}", "契約を登録: {plan}"))
register("customers.subscription.changed", Text("Subscription changed: {fields}", "契約を変更: {fields}"))
register(
    "customers.subscription.repriced",
    Text("Price from {from_on}: {mrr_minor} {currency}", "{from_on}から価格改定: {mrr_minor} {currency}"),
)
register("customers.subscription.rolled", Text("Subscription {happened}", "契約 {happened}"))
register(
    "customers.subscription.noticed",
    Text("Notice given on {noticed_on}: {reason}", "{noticed_on}に解約予告: {reason}"),
)
register("customers.subscription.reprieved", Text("Notice withdrawn", "解約予告を撤回"))
register(
    "customers.subscription.ended",
    Text("Subscription ended on {ended_on}: {reason}", "{ended_on}に契約終了: {reason}"),
)
register("customers.subscription.archived", Text("Subscription archived", "契約をアーカイブ"))
register("customers.subscription.restored", Text("Subscription restored", "契約を復元"))
register("customers.subscription.exported", Text("{rows} subscriptions exported", "契約{rows}件を出力"))
register("customers.product.restored", Text("Product {name} offered again", "製品「{name}」を復元"))
register("customers.plan.restored", Text("Plan {name} offered again", "プラン「{name}」を復元"))
register("customers.tag.exported", Text("{rows} tags exported", "タグ{rows}件を出力"))
register(
    "customers.tag.renamed",
    Text("Tag “{before}” became “{name}” on {accounts} accounts", "タグ「{before}」を「{name}」に変更（{accounts}社）"),
)
register("customers.rules.changed", Text("Rules for {kind} changed", "{kind}のルールを変更"))
register("customers.attribute.saved", Text("Attribute {key} declared", "項目 {key} を定義"))
register("customers.attribute.archived", Text("Attribute {key} archived", "項目 {key} をアーカイブ"))
register(
    "customers.owner.routed",
    Text("Owner found by rule: {why_en}", "ルールで担当を決定: {why_ja}"),
    personal=True,
)
register(
    "customers.handover.proposed",
    Text("{receiver} asked to take over as {phase}", "{receiver}に{phase}の引き継ぎを依頼"),
    personal=True,
)
register(
    "customers.handover.accepted",
    Text("{receiver} took over as {phase}", "{receiver}が{phase}を引き継ぎ"),
    personal=True,
)
register(
    "customers.handover.declined",
    Text("{receiver} declined to take over: {reason}", "{receiver}が引き継ぎを辞退: {reason}"),
    personal=True,
)
register(
    "customers.handover.deputed",
    Text("{deputy} answered the handover for {receiver}", "{deputy}が{receiver}に代わって引き継ぎに回答"),
    personal=True,
)
register(
    "customers.handover.withdrawn",
    Text("{receiver} no longer asked to take over", "{receiver}への引き継ぎ依頼を取り下げ"),
    personal=True,
)
register(
    "customers.deputy.appointed",
    Text("{deputy} stands in for {member} from {from} until {until}", "{deputy}が{member}の代理（{from}〜{until}）"),
    personal=True,
)
register(
    "customers.deputy.ended",
    Text("{deputy} no longer stands in for {member}", "{deputy}による{member}の代理を終了"),
    personal=True,
)
register(
    "customers.capacity.stated",
    Text("{member}: {minutes} minutes a day for accounts", "{member}の対応余力: 1日{minutes}分"),
    personal=True,
)
register(
    "customers.capacity.shared",
    Text(
        "{member}: {percent}% of the time for customer success, {minutes} minutes a day for accounts; other role: {other_en}",
        "{member}の対応余力: 勤務時間の{percent}%（1日{minutes}分）。兼務: {other_ja}",
    ),
    personal=True,
)
register("customers.handover.exported", Text("{rows} internal handoffs exported", "社内引き継ぎ{rows}件を出力"))
register("customers.deputy.exported", Text("{rows} absences exported", "不在と代理{rows}件を出力"))
