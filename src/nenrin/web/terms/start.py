"""Terms of the result since the start."""

from __future__ import annotations

from nenrin.web.terms import Definition, means

TERMS: dict[str, Definition] = {
    "start_baseline": means(
        "The figure of the first day as it was kept then, with what was known on that day. It never changes.",
        "開始日に、その日に分かっていた内容で保存した値。以後は変わらない。",
    ),
    "start_now": means(
        "The same figure today. What comes in by the day is that of the last 90 days, or of the days since the baseline "
        "while they are fewer; retention and LTV are of twelve months.",
        "同じ指標の今日の値。期間で数える指標は直近90日（開始から90日未満ならその日数）、継続率・LTVは直近12か月。",
    ),
    "start_difference": means(
        "Now less baseline, in points or money, with its 95 % interval made from the intervals of both figures "
        "(Newcombe's square-and-add).",
        "現在−基準値（ポイントまたは金額）。95%信頼区間は両方の区間から求める（Newcombe法）。",
    ),
    "start_verdict": means(
        "Better or worse only where the interval leaves zero out, after 90 days; otherwise chance alone may have done it.",
        "90日後、区間が0を含まないときだけ改善・悪化とする。それ以外は偶然でも起こりうる差。",
    ),
    "start_done": means(
        "Counted from the audit log, from the baseline until now, over all accounts.",
        "監査ログから数えた、基準日から現在までの件数（全顧客）。",
    ),
}
