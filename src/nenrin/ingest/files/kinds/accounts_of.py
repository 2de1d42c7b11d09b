"""Which account does a row speak of? By key, else by corporate number, else by name where only one has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nenrin.customers import corporate_numbers, keys
from nenrin.customers.models import Account
from nenrin.customers.names import matching
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds.shape import Result, refused
from nenrin.ingest.files.records import Record
from nenrin.values import Text

ACCOUNT_FIELDS = (
    Field("account_key", Text("Account key", "顧客キー"), Type.KEY,
          synonyms=("account", "account id", "account_id", "customer id", "customerid", "company id", "group id", "groupid",
                    "顧客ID", "顧客番号", "顧客コード", "取引先ID", "取引先コード", "取引先番号", "会社ID", "企業ID", "企業コード")),
    Field("account_name", Text("Account name", "顧客名"),
          synonyms=("company", "company name", "customer", "organization", "会社名", "企業名", "取引先名", "法人名", "社名")),
    Field("corporate_number", Text("Corporate number", "法人番号"), Type.KEY, limit=20),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accounts:
    """The accounts that a chunk of rows speaks of, found with three queries at most."""

    by_key: Mapping[str, int]
    by_number: Mapping[str, list[int]]
    by_name: Mapping[str, list[int]]

    def of(self, record: Record) -> int | Result:
        """The account's id, or the row refused with what was looked for."""
        if key := record.text("account_key"):
            found = self.by_key.get(key)
            return found if found is not None else _unknown(record, "account_key", key)
        if number := record.text("corporate_number"):
            return _single(record, "corporate_number", number, self.by_number.get(_number(number), []))
        if name := record.text("account_name"):
            return _single(record, "account_name", name, self.by_name.get(matching(name), []))
        return refused(
            record,
            "account_key",
            "",
            Text("a key, corporate number or name of an account", "顧客のキー・法人番号・顧客名"),
        )


def names_one(record: Record) -> bool:
    return any(record.text(of.key) for of in ACCOUNT_FIELDS)


def of_rows(records: Sequence[Record], namespace: str) -> Accounts:
    by_key = keys.ids_of(namespace, [key for r in records if (key := r.text("account_key"))])
    numbers = {_number(number) for r in records if (number := r.text("corporate_number"))}
    names = {matching(name) for r in records if not r.text("account_key") and (name := r.text("account_name"))}
    return Accounts(by_key, _grouped("corporate_number", numbers), _grouped("match_name", names))


def _grouped(column: str, wanted: set[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    standing = Account.objects.filter(archived_at__isnull=True, merged_into__isnull=True)
    if wanted:
        for value, pk in standing.filter(**{f"{column}__in": wanted}).values_list(column, "pk"):
            found.setdefault(value, []).append(pk)
    return found


def _number(text: str) -> str:
    return corporate_numbers.cleaned(text) or text


def _single(record: Record, column: str, value: str, found: list[int]) -> int | Result:
    if len(found) == 1:
        return found[0]
    if not found:
        return _unknown(record, column, value)
    return refused(
        record,
        column,
        value,
        Text(
            f"one account; {len(found)} are called so: give a key",
            f"1社に決まる指定（{len(found)}社が該当。キーを指定）",
        ),
    )


def _unknown(record: Record, column: str, value: str) -> Result:
    return refused(
        record,
        column,
        value,
        Text("an account that is known: import accounts first", "登録済みの顧客（先に顧客を取り込む）"),
    )
