"""The journal's sentences for imports and for the facts that files bring."""

from nenrin.foundation.actions import register
from nenrin.values import Text

register("ingest.import.exported", Text("{rows} imports exported", "取り込み{rows}件の一覧を出力"))
register(
    "ingest.import.uploaded",
    Text("File {name} uploaded ({kind})", "ファイル「{name}」をアップロード（{kind}）"),
)
register("ingest.import.started", Text("Import of {name} started", "「{name}」の取り込みを開始"))
register(
    "ingest.import.finished",
    Text(
        "{name} imported: {created} new, {updated} changed, {unchanged} unchanged, {rejected} rejected",
        "「{name}」を取り込み: 新規{created}、変更{updated}、変更なし{unchanged}、却下{rejected}",
    ),
)
register("ingest.import.failed", Text("Import of {name} stopped: {reason}", "「{name}」の取り込みが中断: {reason}"))
register("ingest.import.cancelled", Text("Import of {name} cancelled", "「{name}」の取り込みを中止"))
register(
    "ingest.import.undone",
    Text(
        "Import of {name} undone; {kept_back} rows stay",
        "「{name}」の取り込みを取り消し（{kept_back}行は維持）",
    ),
)
register(
    "ingest.ticket.opened",
    Text("Ticket opened ({priority}): {title}", "問い合わせ（{priority}）: {title}"),
    personal=True,
)
register("ingest.ticket.resolved", Text("Ticket resolved: {title}", "問い合わせ解決: {title}"), personal=True)
register(
    "ingest.ticket.changed",
    Text("Ticket changed ({fields}): {title}", "問い合わせを変更（{fields}）: {title}"),
    personal=True,
)
register("ingest.ticket.retracted", Text("Ticket taken back", "問い合わせの記録を取り消し"))
register("ingest.answer.asked", Text("{survey} survey sent", "{survey}アンケートを送信"), personal=True)
register("ingest.answer.given", Text("{survey} answer: {score}", "{survey}の回答: {score}"), personal=True)
register(
    "ingest.answer.corrected",
    Text("{survey} answer corrected: {score}", "{survey}の回答を訂正: {score}"),
    personal=True,
)
register("ingest.answer.retracted", Text("Survey answer taken back", "アンケート回答の記録を取り消し"))
register(
    "ingest.cost.booked",
    Text("Cost of {month} ({category}): {minor} {currency}", "{month}の費用（{category}）: {minor} {currency}"),
)
register(
    "ingest.cost.corrected",
    Text(
        "Cost of {month} corrected ({category}): {minor} {currency}",
        "{month}の費用を訂正（{category}）: {minor} {currency}",
    ),
)
register("ingest.cost.exported", Text("{rows} costs exported", "費用{rows}件を出力"))
register("ingest.effort.exported", Text("{rows} entries of hours exported", "工数{rows}件を出力"))
register("ingest.cost.retracted", Text("Cost taken back", "費用の記録を取り消し"))
register(
    "ingest.effort.booked", Text("Hours of {month} ({category}): {hours}", "{month}の工数（{category}）: {hours}時間")
)
register(
    "ingest.effort.corrected",
    Text("Hours of {month} corrected ({category}): {hours}", "{month}の工数を訂正（{category}）: {hours}時間"),
)
register("ingest.effort.retracted", Text("Hours taken back", "工数の記録を取り消し"))
register(
    "ingest.invoice.issued",
    Text("Invoice {number} issued: {amount} {currency}", "請求書{number}を発行: {amount} {currency}"),
)
register(
    "ingest.invoice.failed",
    Text(
        "Payment of invoice {number} failed ({failed_payments} times so far): {amount} {currency}",
        "請求書{number}の支払いが失敗（通算{failed_payments}回）: {amount} {currency}",
    ),
)
register(
    "ingest.invoice.paid",
    Text("Invoice {number} paid: {amount} {currency}", "請求書{number}の支払い完了: {amount} {currency}"),
)
register(
    "ingest.invoice.changed",
    Text(
        "Invoice {number} changed ({fields}): {amount} {currency}",
        "請求書{number}を変更（{fields}）: {amount} {currency}",
    ),
)
register("ingest.invoice.retracted", Text("Invoice taken back", "請求書の記録を取り消し"))
register(
    "ingest.exchange_rate.told",
    Text(
        "Exchange rate of {month}: 1 {currency} = {rate} {into}", "{month}末の為替レート: 1 {currency} = {rate} {into}"
    ),
)
register(
    "ingest.exchange_rate.corrected",
    Text(
        "Exchange rate of {month} corrected: 1 {currency} = {rate} {into}",
        "{month}末の為替レートを訂正: 1 {currency} = {rate} {into}",
    ),
)
register("ingest.exchange_rate.retracted", Text("Exchange rate taken back", "為替レートの記録を取り消し"))
register("ingest.exchange_rate.exported", Text("{rows} exchange rates exported", "為替レート{rows}件を出力"))
