"""What people say: the account's NPS answers, and the pulse of the one who looks after it."""

from __future__ import annotations

from nenrin.analytics.kpis import shapes
from nenrin.analytics.kpis.catalogue.base import EPOCH, latest
from nenrin.analytics.kpis.catalogue.terms import NEVER
from nenrin.analytics.kpis.measures import Component, Measure, OnOneDay, Relation
from nenrin.values import Text

NPS_TTL = 180  # days an answer counts
PULSE_TTL = 45  # days a pulse counts unless it says otherwise
ANSWERS = Text("Survey answers", "アンケート回答")

#: The versions of NPS answers and of pulses, read from the lake once.
NPS_SAID = Relation(
    "nps_said",
    """
SELECT account, believed_from, believed_to, answered_on, score, coalesce(respondent, '') AS respondent FROM answers
WHERE survey = 'nps' AND score >= 0 AND score <= 10""",
)
PULSES_SAID = Relation(
    "pulses_said",
    """
SELECT account, believed_from, believed_to, grade, valid_on, expires_on FROM pulses
WHERE grade >= 1 AND grade <= 6""",
)

_SIDES = """
  CASE WHEN score >= 9 THEN 1 ELSE 0 END AS promoters,
  CASE WHEN score <= 6 THEN 1 ELSE 0 END AS detractors"""
_COUNTED = ("promoters", "detractors", "nps_answers")
#: Answers of nobody in particular: each counts for itself.
_OF_NOBODY = f"""
SELECT account, greatest(believed_from, answered_on) AS opens, least(believed_to, answered_on + {NPS_TTL}) AS closes,
  {_SIDES}, 1 AS nps_answers
FROM nps_said WHERE respondent = ''"""
#: Answers by respondent; of one day the lower counts (`place`: the day, then the worse side).
_BY_RESPONDENT = f"""
  SELECT account, respondent, greatest(believed_from, answered_on) AS opens, believed_to AS closes,
    date_diff('day', {EPOCH}, answered_on) * 3 + CASE WHEN score <= 6 THEN 2 WHEN score >= 9 THEN 0 ELSE 1 END AS place,
    answered_on, {_SIDES}
  FROM nps_said WHERE respondent <> ''"""
_SAID = ("answered_on", "promoters", "detractors")
_BY = ("account", "respondent")

#: A respondent counts once, with the latest answer, as long as that one counts.
NPS_ANSWERS = Component(
    "nps_answers",
    _COUNTED,
    shapes.both(
        _OF_NOBODY,
        f"""
SELECT account, opens, least(closes, answered_on + {NPS_TTL}) AS closes, promoters, detractors, 1 AS nps_answers
FROM ({shapes.latest(_BY_RESPONDENT, _SAID, by=_BY)}) AS latest_said
WHERE answered_on + {NPS_TTL} > opens""",
    ),
    reads=(NPS_SAID,),
    day=OnOneDay(
        f"""
SELECT account, CAST(sum(promoters) AS BIGINT) AS promoters, CAST(sum(detractors) AS BIGINT) AS detractors,
  count(*) AS nps_answers
FROM (
  SELECT account, promoters, detractors FROM ({_OF_NOBODY}) AS of_nobody WHERE {shapes.ALIVE}
  UNION ALL
  SELECT account, promoters, detractors FROM ({shapes.latest_on_day(_BY_RESPONDENT, _SAID, by=_BY)}) AS latest_said
  WHERE answered_on + {NPS_TTL} > :first
) AS said
GROUP BY account""",
        reads=(NPS_SAID,),
    ),
)

LAST_NPS = latest(
    "last_nps",
    ("last_nps", "ever_nps"),
    f"""
  SELECT account, greatest(believed_from, answered_on) AS opens, believed_to AS closes,
    date_diff('day', {EPOCH}, answered_on) AS place, date_diff('day', {EPOCH}, answered_on) AS last_nps,
    1 AS ever_nps
  FROM nps_said""",
    reads=(NPS_SAID,),
)

#: The last pulse given, expired or not: a newer one that has expired does not bring an older one back.
#: `place` orders by day, then grade, then expiry, so that equal places carry equal values.
LAST_PULSE = latest(
    "last_pulse",
    ("pulse_grade", "pulse_given", "pulse_until"),
    f"""
  SELECT account, greatest(believed_from, given_on) AS opens, believed_to AS closes,
    (date_diff('day', {EPOCH}, given_on) * 10 + grade) * 10000000 + date_diff('day', {EPOCH}, until_on) AS place,
    grade AS pulse_grade, date_diff('day', {EPOCH}, given_on) AS pulse_given,
    date_diff('day', {EPOCH}, until_on) AS pulse_until
  FROM (
    SELECT account, believed_from, believed_to, grade, valid_on AS given_on,
      least(coalesce(expires_on, valid_on + {PULSE_TTL}), {NEVER}) AS until_on
    FROM pulses_said
  ) AS given""",
    reads=(PULSES_SAID,),
)

NPS = Measure(
    key="nps",
    name=Text("NPS", "NPS"),
    description=Text(
        "Share of promoters (9-10) minus share of detractors (0-6) among the account's answers of the last 180"
        " days, from −100 to 100. A respondent counts once, with the latest answer; an answer of nobody in"
        " particular counts always.",
        "直近180日間の回答のうち推奨者(9〜10点)の割合から批判者(0〜6点)の割合を引いた値。−100〜100。同じ回答者は最新の"
        "回答だけを数え、回答者のわからない回答はすべて数える。",
    ),
    unit="points",
    direction="higher",
    window_days=NPS_TTL,
    empty="missing",
    ttl_days=NPS_TTL,
    source=ANSWERS,
    sql="100 * (promoters - detractors) / nullif(nps_answers, 0)",
    components=(NPS_ANSWERS, LAST_NPS),
    age="CASE WHEN nps_answers > 0 THEN day_number - last_nps END",
    group="sentiment",
)

NPS_AGE = Measure(
    key="nps_age",
    name=Text("Days since last NPS answer", "NPS最終回答からの日数"),
    description=Text(
        "Days since anybody at the account last answered an NPS survey.",
        "顧客の誰かが最後にNPSアンケートに回答してからの日数。",
    ),
    unit="days",
    direction="lower",
    window_days=0,
    empty="missing",
    ttl_days=None,
    source=ANSWERS,
    sql="CASE WHEN ever_nps > 0 THEN day_number - last_nps END",
    components=(LAST_NPS,),
    group="sentiment",
)

PULSE = Measure(
    key="pulse",
    name=Text("Pulse", "CSM所感"),
    description=Text(
        "The last grade given by the owner, 1 (worst) to 6 (best), for 45 days or until it expires.",
        "担当CSMが最後に付けた評価。1(最も悪い)〜6(最も良い)。45日間または指定した期限まで有効。",
    ),
    unit="grade",
    direction="higher",
    window_days=PULSE_TTL,
    empty="missing",
    ttl_days=PULSE_TTL,
    source=Text("Pulse", "CSM所感"),
    sql="CASE WHEN pulse_grade > 0 AND day_number < pulse_until THEN pulse_grade END",
    components=(LAST_PULSE,),
    age="CASE WHEN pulse_grade > 0 AND day_number < pulse_until THEN day_number - pulse_given END",
    group="sentiment",
)

MEASURES = (NPS, NPS_AGE, PULSE)
