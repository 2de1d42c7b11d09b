"""What may be changed in a cell of the account list, each field through its verb: owner, stage, touch model, tags,
attributes. A value travels as the texts of its inputs, so that two of them compare and one can be put back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from nenrin.customers import accounts, ownership, tags, touch_models
from nenrin.customers.errors import Refused
from nenrin.customers.models import Account, AttributeField, TouchModel
from nenrin.customers.statuses import AttributeKind, Stage, word
from nenrin.foundation.actors import Actor
from nenrin.foundation.models import Member
from nenrin.foundation.permissions import FieldClass, Permission, visible
from nenrin.values import Text
from nenrin.web.accounts.column_sets import ATTRIBUTE
from nenrin.web.accounts.filters import Option

Texts = dict[str, str]
Kind = Literal["choice", "text", "date", "number", "touch"]
_NEEDS = {"owner": Permission.ACCOUNTS_ASSIGN}


@dataclass(frozen=True, slots=True)
class Field:
    """How a field is asked for. `options` of a choice; `hint` under the input."""

    key: str
    label: Text
    kind: Kind
    options: Sequence[Option] = ()
    hint: Text | str = ""


def needs(key: str) -> Permission:
    """The right that changing this field takes."""
    return _NEEDS.get(key, Permission.ACCOUNTS_EDIT)


def find(key: str, member: Member) -> Field | None:
    """The field of this key, if there is one that the member may see; at most one query."""
    if key == "owner":
        people = Member.objects.filter(is_active=True).order_by("name").values_list("pk", "name")
        nobody = Option("", Text("Nobody", "担当なし"))
        return Field(key, Text("Owner", "担当"), "choice", [nobody, *(Option(str(pk), name) for pk, name in people)])
    if key == "stage":
        return Field(key, Text("Stage", "ステージ"), "choice", [Option(stage.value, word(stage)) for stage in Stage])
    if key == "touch_model":
        models = [Option(row.key, Text(row.name_en, row.name_ja)) for row in TouchModel.objects.all()]
        by_rule = Option("", Text("By rule", "ルールに従う"))
        return Field(key, Text("Touch model", "タッチモデル"), "touch", [by_rule, *models])
    if key == "tags":
        return Field(key, Text("Tags", "タグ"), "text", hint=Text("Separated by commas", "読点・カンマ区切り"))
    return _attribute(key.removeprefix(ATTRIBUTE), member) if key.startswith(ATTRIBUTE) else None


def _attribute(key: str, member: Member) -> Field | None:
    row = AttributeField.objects.filter(key=key, archived_at__isnull=True).first()
    if row is None or not visible(member, FieldClass(row.field_class)):
        return None
    label, name = Text(row.name_en, row.name_ja), ATTRIBUTE + key
    if row.kind == AttributeKind.CHOICE:
        return Field(name, label, "choice", [Option("", "—"), *(Option(each, each) for each in row.options)])
    if row.kind == AttributeKind.BOOL:
        yes, no = Text("Yes", "はい"), Text("No", "いいえ")
        return Field(name, label, "choice", [Option("", "—"), Option("true", yes), Option("false", no)])
    kinds: dict[str, Kind] = {AttributeKind.DATE: "date", AttributeKind.NUMBER: "number"}
    return Field(name, label, kinds.get(row.kind, "text"))


def stands(account: Account, key: str) -> Texts:
    """The field's value as its inputs would show it."""
    if key == "owner":
        return {"value": str(account.owner_id or "")}
    if key == "stage":
        return {"value": account.stage}
    if key == "touch_model":
        until = account.touch_until.isoformat() if account.touch_until else ""
        return {"value": account.touch_override, "reason": account.touch_reason, "until": until}
    if key == "tags":
        return {"value": ", ".join(sorted(account.tags.values_list("name", flat=True)))}
    value = account.attributes.get(key.removeprefix(ATTRIBUTE))
    return {"value": str(value).lower() if isinstance(value, bool) else "" if value is None else str(value)}


def given(form: Mapping[str, str], key: str) -> Texts:
    """The inputs of a sent form, in the shape of `stands`."""
    names = ("value", "reason", "until") if key == "touch_model" else ("value",)
    texts = {name: (form.get(name) or "").strip() for name in names}
    return {**texts, "value": ", ".join(sorted(_names(texts["value"])))} if key == "tags" else texts


def said(field: Field, texts: Texts) -> Text | str:
    """The value in words."""
    label: Text | str = next((o.label for o in field.options if o.value == texts["value"]), texts["value"])
    rest = [texts[name] for name in ("reason", "until") if texts.get(name)]
    if not rest:
        return label or "—"
    both = label if isinstance(label, Text) else Text(label, label)
    return Text(f"{both.en} ({', '.join(rest)})", f"{both.ja}（{'、'.join(rest)}）")


def write(account: Account, key: str, texts: Texts, *, by: Actor, at: datetime) -> None:
    """Let the field be this, through its verb and its journal entry. Raises Refused. Safe to repeat."""
    value = texts["value"]
    if key == "owner":
        member = int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
        if value and member is None:
            raise Refused.one("member", Text("choose a member", "メンバーを選択"), value)
        ownership.assign_many([ownership.Wanted(account.pk, member)], by=by, at=at)
    elif key == "stage":
        accounts.change(account, by=by, at=at, stage=value)
    elif key == "touch_model":
        _touch(account, texts, by, at)
    elif key == "tags":
        wanted, worn = set(_names(value)), set(account.tags.values_list("name", flat=True))
        tags.change([account], add=sorted(wanted - worn), remove=sorted(worn - wanted), by=by, at=at)
    else:
        accounts.change(account, by=by, at=at, attributes={key.removeprefix(ATTRIBUTE): value or None})


def _touch(account: Account, texts: Texts, by: Actor, at: datetime) -> None:
    if not texts["value"]:
        touch_models.release(account, by=by, at=at)
        return
    try:
        until = date.fromisoformat(texts["until"])
    except ValueError:
        raise Refused.one("until", Text("say until which day", "期限の日付を入力"), texts["until"]) from None
    touch_models.override(account, texts["value"], reason=texts["reason"], until=until, by=by, at=at)


def _names(value: str) -> list[str]:
    return [name for each in re.split(r"[,、，]", value) if (name := each.strip())]
