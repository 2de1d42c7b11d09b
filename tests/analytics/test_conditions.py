"""Conditions: two evaluators that agree, a written form that comes back the same, sentences, errors."""

from __future__ import annotations

import json
import math
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from nenrin.analytics import conditions
from nenrin.analytics.conditions import All, Any, Condition, Field, Is, Not, Op
from nenrin.values import Text

TODAY = date(2026, 6, 15)
TIERS = (("enterprise", Text("Enterprise", "大企業")), ("smb", Text("Small business", "小規模")))
FIELDS = conditions.standard(
    choices={"tier": TIERS},
    attributes=[
        Field("attribute.go_live", Text("Go-live date", "本番開始日"), "date"),
        Field("attribute.pilot", Text("Pilot", "試験導入"), "flag"),
        Field('attribute.o"dd', Text("Odd", "変"), "text"),
        Field("attribute.stores", Text("Stores", "店舗数"), "number"),
        Field("attribute.form", Text("Form", "形態"), "choice", choices=TIERS),
    ],
)
# one of each kind is enough to meet every comparator
KEYS = [
    "tier",
    "industry",
    "tags",
    "customer_since",
    "attribute.go_live",
    "attribute.pilot",
    'attribute.o"dd',
    "attribute.stores",
    "attribute.form",
    "health.band",
    "health.score",
    "health.coverage",
    "mrr",
]
TYPES = {"text": pa.string(), "choice": pa.string(), "number": pa.float64(), "date": pa.date32(), "flag": pa.bool_(),
         "tags": pa.list_(pa.string())}  # fmt: skip
COLUMNS = {key: TYPES[FIELDS[key].kind] for key in KEYS} | {
    "health.delta_7": pa.float64(),
    "health.delta_30": pa.float64(),
}

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=4)
near_words = st.sampled_from(["製造", "製造業", "Ａcme", "acme", "ACME ", "ｱ", "a", "İ"]) | words
numbers = st.integers(-3, 3).map(float) | st.floats(allow_nan=False, allow_infinity=False)
near_days = st.integers(-12, 12).map(lambda n: TODAY + timedelta(n))
tags = st.sampled_from(["vip", "pilot", "製造"])


def scalar(field: Field) -> st.SearchStrategy:
    if field.choices:
        return st.sampled_from([key for key, _ in field.choices])
    return {"text": near_words, "choice": near_words, "number": numbers, "date": near_days, "flag": st.booleans(),
            "tags": tags}[field.kind]  # fmt: skip


@st.composite
def comparison(draw: st.DrawFn) -> Is:
    field = FIELDS[draw(st.sampled_from(KEYS))]
    op = draw(st.sampled_from(field.ops))
    one = scalar(field)
    match op:
        case Op.MISSING:
            return Is(field.key, op)
        case Op.WITHIN_LAST | Op.WITHIN_NEXT:
            return Is(field.key, op, (draw(st.integers(1, 20)),))
        case Op.CHANGED_BY:
            amount = draw(numbers.filter(bool))
            return Is(field.key, op, (amount, draw(st.sampled_from(sorted(field.changes)))))
        case Op.BETWEEN:
            return Is(field.key, op, tuple(sorted([draw(one), draw(one)])))
        case Op.IN:
            return Is(field.key, op, tuple(draw(st.lists(one, min_size=1, max_size=3))))
    return Is(field.key, op, (draw(one),))


trees: st.SearchStrategy[Condition] = st.recursive(
    comparison(),
    lambda inner: (
        inner.map(Not)
        | st.lists(inner, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts)))
    ),
    max_leaves=6,
)
VALUES = {
    key: st.none()
    | (
        st.lists(tags, max_size=3)
        if key == "tags"
        else (numbers | st.just(math.nan))
        if COLUMNS[key] == pa.float64()
        else (near_words | st.just(""))
        if COLUMNS[key] == pa.string()
        else scalar(FIELDS[key])
    )
    for key in COLUMNS
}
rows = st.lists(st.fixed_dictionaries(VALUES), min_size=1, max_size=12)


@settings(deadline=None, max_examples=150)
@given(tree=trees, accounts=rows)
def test_the_set_and_the_single_account_agree_on_every_condition(tree: Condition, accounts: list[dict]) -> None:
    frame = pa.Table.from_pylist(
        [{"account": place} | row for place, row in enumerate(accounts)],
        schema=pa.schema([("account", pa.int64()), *COLUMNS.items()]),
    )
    together = conditions.matching(frame, tree, FIELDS, TODAY).column("account").to_pylist()
    alone = [place for place, row in enumerate(accounts) if conditions.matches(tree, row, FIELDS, TODAY)]
    assert together == alone


@settings(deadline=None)
@given(tree=trees)
def test_a_condition_written_down_is_read_back_the_same(tree: Condition) -> None:
    document = conditions.dump(tree)
    assert conditions.parse(json.loads(json.dumps(document)), FIELDS) == tree
    assert conditions.parse(yaml.safe_load(yaml.safe_dump(document)), FIELDS) == tree


@settings(deadline=None)
@given(tree=trees)
def test_every_condition_has_a_sentence_in_both_languages(tree: Condition) -> None:
    said = conditions.sentence(tree, FIELDS)
    assert said.en and said.ja
    assert "{" not in said.en.replace("{", "", json.dumps(conditions.dump(tree)).count("{"))


SENTENCES = [
    (All(()), "Every account", "すべての顧客"),
    (Is("tier", Op.EQ, ("enterprise",)), "Tier is Enterprise", "企業規模が大企業"),
    (Not(Is("tier", Op.EQ, ("enterprise",))), "Tier is not Enterprise", "企業規模が大企業以外"),
    (Is("tier", Op.IN, ("enterprise", "smb")), "Tier is Enterprise or Small business", "企業規模が大企業・小規模のいずれか"),
    (Is("industry", Op.CONTAINS, ("製造",)), 'Industry contains "製造"', "業種に「製造」を含む"),
    (Is("industry", Op.MISSING), "Industry is not set", "業種が未設定"),
    (Not(Is("nps", Op.MISSING)), "NPS is present", "NPSのデータがある"),
    (Is("tags", Op.CONTAINS, ("vip",)), 'Tags include "vip"', "タグに「vip」がある"),
    (Is("mrr", Op.GE, (50_000.0,)), "MRR is at least ¥50,000", "MRRが5万円以上"),
    (Is("active_user_share", Op.LT, (0.5,)), "Active share of paid seats is below 50%", "ライセンス利用率が50%未満"),
    (Is("days_to_notice", Op.LE, (30.0,)), "Days to notice deadline are at most 30", "更新拒絶期限日までの日数が30日以下"),
    (Is("health.score", Op.CHANGED_BY, (-10.0, 30)), "Health score fell by at least 10 in 30 days", "ヘルススコアが30日間で10以上低下"),
    (Is("health.band", Op.EQ, ("at_risk",)), "Health is at risk", "ヘルスが危険"),
    (Not(All((Is("tier", Op.MISSING), Is("nps", Op.LT, (0.0,))))),
     "Not (tier is not set and NPS is below 0)", "「企業規模が未設定、かつNPSが0未満」に当てはまらない"),
    (Is("customer_since", Op.WITHIN_LAST, (90,)), "Customer start date is in the last 90 days", "契約開始日が過去90日以内"),
    (Is("customer_since", Op.LT, (date(2026, 4, 1),)), "Customer start date is before April 1, 2026", "契約開始日が2026年4月1日より前"),
]  # fmt: skip


@pytest.mark.parametrize(("condition", "en", "ja"), SENTENCES)
def test_a_condition_reads_like_a_sentence(condition: Condition, en: str, ja: str) -> None:
    assert conditions.sentence(condition, FIELDS) == Text(en, ja)


WRONG = [
    ({"field": "teir", "op": "=", "value": "smb"}, "field: 'teir' is not the key of a field. Did you mean 'tier'?"),
    ({"field": "tier", "op": "=", "value": "enterprize"},
     "value: 'enterprize' is not one of enterprise, smb. Did you mean 'enterprise'?"),
    ({"field": "nps", "op": "contains", "value": 3},
     "op: 'contains' is not one of =, !=, <, <=, >, >=, between, in, missing for nps."),
    ({"all": [{"not": {"any": [{"field": "mrr", "op": ">", "value": "lots"}]}}]},
     "all[0].not.any[0].value: 'lots' is not a number."),
    ({"any": []}, "any: [] is not a list of conditions."),
    ({"all": [], "any": []}, "(top): ['all', 'any'] is not one of all, any, not alone."),
    ({"field": "nps", "op": "between", "value": [5, 1]}, "value: [5, 1] is not two values, the lower one first."),
    ({"field": "customer_since", "op": "<", "value": "1/4/2026"}, "value: '1/4/2026' is not a date such as 2026-04-01."),
    ({"field": "health.score", "op": "changed_by", "value": -5, "days": 14}, "days: 14 is not one of 7, 30."),
    ({"field": "nps", "op": "missing", "value": 1}, "value: 1 is not nothing."),
    ({"field": "nps", "op": "=", "vlaue": 1}, "(top): 'vlaue' is not field, op, value or days. Did you mean 'value'?"),
    ("nps < 3", "(top): 'nps < 3' is not all, any, not or a comparison."),
]  # fmt: skip


@pytest.mark.parametrize(("document", "message"), WRONG)
def test_a_wrong_condition_says_where_and_what_was_expected(document: object, message: str) -> None:
    with pytest.raises(conditions.Unreadable) as refused:
        conditions.parse(document, FIELDS)
    assert str(refused.value) == message


def test_every_problem_is_named_at_once_and_in_japanese_too() -> None:
    document = {"all": [{"field": "teir", "op": "="}, {"field": "nps", "op": "<", "value": None}]}
    with pytest.raises(conditions.Unreadable) as refused:
        conditions.parse(document, FIELDS)
    assert [problem.text.ja for problem in refused.value.problems] == [
        "all[0].field: 「teir」は使えません(項目のキーを指定)。「tier」ではありませんか。",
        "all[1].value: 値なしは使えません(数値を指定)。",
    ]


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.sampled_from(["all", "any", "not", "field", "op", "value", "days"]), x),
                    max_leaves=10))  # fmt: skip
def test_no_document_breaks_the_reader(document: object) -> None:
    try:
        conditions.parse(document, FIELDS)
    except conditions.Unreadable as refused:
        assert refused.problems


def test_a_frame_without_the_column_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="nps"):
        conditions.matching(pa.table({"account": [1]}), Is("nps", Op.MISSING), FIELDS, TODAY)


def test_the_example_of_the_page_reads_as_the_page_says() -> None:
    page = Path(__file__, "../../../docs/conditions.md").resolve().read_text()
    example = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    tiers = (("enterprise", Text("Enterprise", "大企業")), ("mid", Text("Mid-market", "中堅")))
    fields = conditions.standard(choices={"tier": tiers})
    said = conditions.sentence(conditions.parse(example, fields), fields)
    quoted = " ".join(line.removeprefix("> ").removeprefix(">") for line in page.splitlines() if line.startswith(">"))
    assert quoted == f"{said.en}  {said.ja}"
