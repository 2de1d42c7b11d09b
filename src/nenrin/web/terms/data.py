"""What the figures under headings mean on the pages of data, sources, imports and settings."""

from __future__ import annotations

from nenrin.web.terms import Definition, means

TERMS: dict[str, Definition] = {
    "law_received": means(
        "Events of the source, counted in the transactions that stored their requests, since it was opened.",
        "この接続元から届いたイベント。リクエストを保存したトランザクションで数えた、開始からの件数。",
    ),
    "law_stored": means("Of these, events counted in the lake itself.", "利用データそのものを数えた件数。"),
    "law_duplicate": means(
        "Same source and message id as an event of the last 30 days.",
        "過去30日以内に同じ接続元・同じメッセージIDで届いたもの。",
    ),
    "law_quarantined": means(
        "Could not be stored; kept whole with the reason.", "格納できず、理由とともにそのまま保管したもの。"
    ),
    "law_pending": means("Accepted, on the disk, not yet decided.", "受付済みで、まだ処理していないもの。"),
    "law_limited": means(
        "Refused above the source's limit, at least; outside the sum, for clients send again.",
        "接続元の制限を超えて断った件数（少なくとも）。再送されるため合計の外。",
    ),
    "data_reason_events": means(
        "Events set aside for this reason that wait for a decision.", "この理由で保留し、判断を待っているイベントの数。"
    ),
    "loop_rows": means("Rows that the loop's last round moved.", "直近の1回で処理した行数。"),
    "loop_seconds": means("Time that the loop's last round took.", "直近の1回にかかった秒数。"),
    "conflict_times": means("How often this link between ids was refused.", "このIDの結び付けを断った回数。"),
    "data_volume": means(
        "Product events stored for each day of the last two weeks, on the organisation's clock; today is not over.",
        "直近2週間に格納した利用ログの、日ごとの件数（組織の時刻）。今日は途中。",
    ),
    "catalogue_events": means("Events of this name that ever arrived.", "この名前で届いたイベントの件数（全期間）。"),
    "source_limit": means(
        "Events a second that the source may send; a dash: no limit.", "1秒あたりに受け付ける上限。「—」は上限なし。"
    ),
    "stranger_requests": means(
        "Requests that carried this unknown key and were refused.", "登録のないキーで届き、断ったリクエストの数。"
    ),
    "import_rows": means(
        "Rows of the file that hold anything; a dash: not read yet.", "ファイルの空でない行数。「—」は未読込。"
    ),
    "import_new": means("Rows that made something new.", "新しく登録した行数。"),
    "import_changed": means("Rows that changed something.", "内容を更新した行数。"),
    "import_same": means("Rows that said what was known already.", "すでに同じ内容だった行数。"),
    "import_rejected": means(
        "Rows that could not be taken; each with its reason.", "取り込めなかった行数。理由は行ごとに示す。"
    ),
    "tag_accounts": means(
        "Accounts in your scope with the tag, in whatever state; archived ones are not counted.",
        "このタグが付いた、見られる顧客の数（状態を問わない。アーカイブは除く）。",
    ),
    "team_members": means("Active members of the team.", "チームの有効なメンバーの数。"),
    "first_value": means(
        "The figure computed from the file just read, with what is known by the day above.",
        "読み込んだファイルから計算した値。上に示した日までの情報による。",
    ),
}
