"""Mappings: found by names, written as YAML, and wrong ones told by place."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from nenrin.ingest.files import mappings
from nenrin.ingest.files.fields import Manner
from nenrin.ingest.files.kinds import KINDS
from nenrin.ingest.files.mappings import BadMapping, Origin
from nenrin.ingest.files.records import Reader
from nenrin.ingest.files.tables import Row

MANNER = Manner(zone=ZoneInfo("Asia/Tokyo"))


def test_columns_are_found_by_their_names_in_both_languages() -> None:
    found = mappings.suggested(
        "accounts", KINDS["accounts"].fields, ["取引先コード", "会社名", "Customer since", "備考"]
    )
    assert {key: origin.column for key, origin in found.fields.items()} == {
        "key": "取引先コード",
        "name": "会社名",
        "customer_since": "Customer since",
    }


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_empty_csv_of_a_kind_maps_itself(kind: str, language: str) -> None:
    fields = KINDS[kind].fields
    found = mappings.suggested(kind, fields, [of.name.in_(language) for of in fields])
    assert set(found.fields) == {of.key for of in fields}
    assert all(found.fields[of.key].column == of.name.in_(language) for of in fields)


def test_a_mapping_survives_being_written_down() -> None:
    text = """
kind: accounts
source: crm
encoding: shift_jis
dates: era
known: {policy: lag, days: 3}
constants: {day: 2026-04-01}
columns:
  key: id
  name: {join: [姓, 名], between: ""}
  customer_since: {compute: day - months(tenure)}
  status: {column: Churn, values: {Yes: lost, No: customer}, otherwise: prospect}
attributes: {fee: {column: Fee, type: number, en: Fee, ja: 料金}}
keys: {crm: crm id}
"""
    mapping = mappings.from_yaml(text)
    assert mapping.reading.encoding == "cp932"
    assert mapping.fields["status"].values == {"Yes": "lost", "No": "customer"}
    assert mappings.from_yaml(mappings.to_yaml(mapping)) == mapping


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("columns: [", "not YAML"),
        ("colums: {}", "did you mean “columns”"),
        ("columns: {key: {column: a, value: b}}", "columns.key: exactly one of"),
        ("columns: {key: {compute: import os}}", "is no formula"),
        ("dates: european", "dates: one of plain, ymd"),
        ("known: {policy: column}", "known: policy column goes with a column"),
        ("encoding: klingon", "encoding: 'klingon' is not an encoding"),
        ("header: 0", "header: the number of the row"),
        ("- 1", "names with values"),
    ],
)
def test_a_wrong_mapping_is_told_by_its_place(text: str, told: str) -> None:
    with pytest.raises(BadMapping, match=told):
        mappings.from_yaml(text)


def test_a_mapping_must_fill_what_every_row_needs_from_columns_that_the_file_has() -> None:
    fields = KINDS["tickets"].fields
    with pytest.raises(BadMapping, match="no column is assigned to opened_at"):
        mappings.checked(mappings.from_yaml("{kind: tickets, columns: {key: id}}"), fields)
    with pytest.raises(BadMapping, match="no column “Opend”"):
        mappings.checked(
            mappings.from_yaml("{kind: tickets, columns: {key: id, opened_at: Opend}}"), fields, ["id", "Opened"]
        )
    with pytest.raises(BadMapping, match="did you mean “priority”"):
        mappings.checked(mappings.from_yaml("{kind: tickets, columns: {key: id, opened_at: id, prioritty: p}}"), fields)


def test_a_row_says_every_problem_that_it_has() -> None:
    mapping = mappings.from_yaml(
        "{columns: {key: id, employees: n, customer_since: {compute: d - months(t)}}, constants: {d: 2026-04-01}}"
    )
    reader = Reader(mapping, KINDS["accounts"].fields, ["id", "n", "t"], MANNER)
    good = reader.record(Row(2, ("a", "１２", "3")))
    assert (good.values["employees"], str(good.values["customer_since"])) == (12, "2026-01-01")
    bad = reader.record(Row(3, ("", "x", "y")))
    assert [(p.column, p.value) for p in bad.problems] == [("id", ""), ("n", "x"), ("d, t", "")]


def test_a_blank_is_not_guessed_and_an_unknown_word_is_not_taken() -> None:
    mapping = mappings.from_yaml("{columns: {key: id, status: {column: s, values: {はい: lost, いいえ: customer}}}}")
    reader = Reader(mapping, KINDS["accounts"].fields, ["id", "s"], MANNER)
    assert reader.record(Row(2, ("a", ""))).values["status"] is None
    assert reader.record(Row(3, ("a", "ﾊｲ"))).values["status"] == "lost"
    assert reader.record(Row(4, ("a", "多分"))).problems[0].expected.ja == "はい, いいえのいずれか"


def test_names_are_kept_letter_by_letter_and_keys_are_not() -> None:
    reader = Reader(mappings.from_yaml("{columns: {key: k, name: n}}"), KINDS["accounts"].fields, ["k", "n"], MANNER)
    values = reader.record(Row(2, ("Ａ００１", " ㈱髙橋①ｶﾅ "))).values
    assert values == {"key": "A001", "name": "㈱髙橋①ｶﾅ"}


def test_a_plain_column_is_written_as_its_name() -> None:
    assert mappings.to_document(mappings.FileMapping(kind="costs", fields={"month": Origin(column="月")}))[
        "columns"
    ] == {"month": "月"}
