"""When one of us last spoke with the account."""

from __future__ import annotations

from nenrin.analytics.kpis.catalogue.base import EPOCH, FOREVER_DAYS, heard, latest
from nenrin.analytics.kpis.catalogue.contracts import FIRST_CONTRACT, LOST, SINCE, TENURE
from nenrin.analytics.kpis.measures import Measure, Relation
from nenrin.values import Text

TOUCHES_HEARD = heard("touch", within_days=FOREVER_DAYS)

#: What our people did, read from the lake once.
TOUCHES_SAID = Relation(
    "touches_said",
    """
SELECT account, believed_from, believed_to, on_day FROM touches
WHERE coalesce(human, TRUE) AND coalesce(direction, '') NOT IN ('in', 'inbound')""",
)

LAST_TOUCH = latest(
    "last_touch",
    ("last_touch", "ever_touched"),
    f"""
  SELECT account, greatest(believed_from, on_day) AS opens, believed_to AS closes,
    date_diff('day', {EPOCH}, on_day) AS place, date_diff('day', {EPOCH}, on_day) AS last_touch, 1 AS ever_touched
  FROM touches_said""",
    reads=(TOUCHES_SAID,),
)

DAYS_SINCE_TOUCH = Measure(
    key="days_since_touch",
    name=Text("Days since last touch", "最終接点からの日数"),
    description=Text(
        "Days since one of us last met, called or wrote to the account; before the first time, since it became a"
        " customer. Automatic mail does not count. Missing as long as no touch of any account is recorded.",
        "当社の担当者が最後に面談・電話・メールをしてからの日数。一度もなければ契約開始から数える。自動配信メールは含まない。"
        "接点の記録がどの顧客にもない間はデータなし。",
    ),
    unit="days",
    direction="lower",
    window_days=0,
    empty="zero",
    ttl_days=None,
    source=Text("Notes, meetings, calls", "メモ・面談・電話"),
    sql=f"CASE WHEN ever_touched > 0 THEN day_number - last_touch ELSE {TENURE} END",
    components=(LAST_TOUCH, SINCE, FIRST_CONTRACT, LOST, TOUCHES_HEARD),
    known_when="touch_heard > 0",
    group="relationship",
)

MEASURES = (DAYS_SINCE_TOUCH,)
