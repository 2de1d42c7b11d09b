"""What money or hours of a row were spent on: an account, a product, a touch model, a segment; or nothing in particular."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Model

from nenrin.analytics.economics.categories import CATEGORIES
from nenrin.customers.models import Product, TouchModel
from nenrin.foundation.search import normal
from nenrin.ingest.files.fields import Field, Type
from nenrin.ingest.files.kinds import facts
from nenrin.ingest.files.kinds.shape import Result, refused
from nenrin.ingest.files.records import Record
from nenrin.ingest.models import Cost, Effort
from nenrin.values import Text

_WORDS: Final = {
    "acquisition": ("獲得", "新規獲得", "cac"),
    "marketing": ("マーケティング", "広告", "販促"),
    "sales": ("営業",),
    "cs": ("カスタマーサクセス", "customer success", "cs工数"),
    "support": ("サポート", "問い合わせ対応"),
    "customer_marketing": ("既存顧客向けマーケティング", "カスタマーマーケティング", "customer marketing", "既存向け"),
    "infrastructure": ("インフラ", "サーバー", "hosting", "ホスティング"),
    "other": ("その他",),
}
assert set(_WORDS) == set(CATEGORIES)
CATEGORY = Field("category", Text("Category", "区分"), Type.CHOICE, is_required=True,
                 synonyms=("type", "種別", "科目", "費目"), choices=_WORDS)  # fmt: skip
PARTS = ("product", "touch_model", "segment")
FIELDS = (
    Field("product", Text("Product", "製品"), synonyms=("製品名", "サービス"), limit=120),
    Field("touch_model", Text("Touch model", "タッチモデル"), synonyms=("touch", "タッチ"), limit=60),
    Field("segment", Text("Segment", "セグメント"), limit=80),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Keys:
    """What rows call products and touch models, with their keys: asked once a chunk."""

    products: Mapping[str, str]
    touch_models: Mapping[str, str]

    def of(self, record: Record, there: Cost | Effort | None = None) -> dict[str, str] | Result:
        """The keys of a row's parts, what stands `there` where a cell is blank; the row refused where it names one that
        there is not."""
        found = {"segment": facts.cell(record, "segment", there)}
        for name, known in (("product", self.products), ("touch_model", self.touch_models)):
            word = record.text(name)
            key = known.get(normal(word), "") if word else ""
            if word and not key:
                expected = ", ".join(sorted(set(known.values()))) or "—"
                return refused(record, name, word, Text(f"one of {expected}", f"{expected}のいずれか"))
            found[name] = key or (getattr(there, name) if there else "")
        return found


def keys(records: Sequence[Record]) -> Keys:
    """Read only where a row names one."""
    named = {part for record in records for part in PARTS if record.text(part)}
    products = _called(Product, "key", "name") if "product" in named else {}
    return Keys(products, _called(TouchModel, "key", "name_en", "name_ja") if "touch_model" in named else {})


def _called(model: type[Model], *columns: str) -> dict[str, str]:
    rows = model._default_manager.values_list(*columns)
    return {normal(word): row[0] for row in rows for word in reversed(row)}


def identity(record: Record, parts: Sequence[str]) -> str:
    """The file's own number; without one, one row for each of these parts and for what it was spent on."""
    own = "|".join(str(record.values.get(part) or "") for part in parts)
    on = "|".join(record.text(part) for part in PARTS)
    return record.text("key") or (f"{own}|{on}" if on.strip("|") else own)[:200]
