"""REST: attributes: the columns that this organisation adds to accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import Http404, HttpResponse
from ninja import Field, Header, Router
from ninja import Status as Answer
from pydantic import StringConstraints

from nenrin.api.guard import ApiRequest, grants
from nenrin.api.paging import Slug, Strict, expected
from nenrin.customers import attributes
from nenrin.customers.errors import Refused
from nenrin.customers.models import AttributeField
from nenrin.customers.statuses import AttributeKind
from nenrin.foundation.actors import Actor
from nenrin.foundation.permissions import FieldClass, Permission
from nenrin.insight import health_models, measures
from nenrin.values import Text

router = Router(tags=["attributes"])
VIEW, EDIT = Permission.ACCOUNTS_VIEW, Permission.ORGANISATION_EDIT
Name = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")]
Option = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")
]


class AttributeIn(Strict):
    """`kind` stays as it was first declared; `options` are for the kind choice, each once. Values of the class personal
    are left out for roles without personal data. `version`: as it was told."""

    name_en: Name
    name_ja: Name
    kind: AttributeKind
    options: list[Option] = Field(default_factory=list, max_length=200)
    field_class: FieldClass = FieldClass.INTERNAL
    position: int = Field(0, ge=0, le=32767)
    version: int | None = Field(None, ge=0, le=2**31 - 1)


class AttributeOut(Strict):
    key: str
    name_en: str
    name_ja: str
    kind: str
    options: list[str]
    field_class: str
    position: int
    archived_at: datetime | None
    version: int


@router.get("", response=list[AttributeOut], summary="List attributes")
@grants(VIEW)
def list_attributes(request: ApiRequest) -> Any:
    """Every column in its place, hidden ones too."""
    return [_told(row) for row in AttributeField.objects.order_by("position", "key")]


@router.put("/{key}", response=AttributeOut, summary="Declare an attribute")
@grants(EDIT)
def put_attribute(
    request: ApiRequest, key: Slug, body: AttributeIn, response: HttpResponse, if_match: Header[str | None] = None
) -> Any:
    """Add the column of this key, or change it; a hidden one is shown again. Safe to repeat. 422 where a live health
    model judges by it and it would become personal."""
    there, personal = AttributeField.objects.filter(key=key).first(), FieldClass.PERSONAL
    if there is not None and body.field_class is personal and there.field_class != personal:
        _refuse_in_use(key, "field_class")
    is_choice = body.kind is AttributeKind.CHOICE
    row = attributes.declare(
        key, name=Text(body.name_en, body.name_ja), kind=body.kind, field_class=body.field_class,
        options=list(dict.fromkeys(body.options)) if is_choice else (), position=body.position,
        version=expected(if_match, body.version), by=Actor.of(request.member), at=request.at,
    )  # fmt: skip
    told = _told(row)
    response["ETag"] = f'"{told["version"]}"'
    return told


@router.delete("/{key}", response={204: None}, summary="Hide an attribute")
@grants(EDIT)
def hide_attribute(request: ApiRequest, key: Slug) -> Any:
    """Its values stay; PUT shows it again. Safe to repeat. 422 while a live health model judges by it."""
    row = AttributeField.objects.filter(key=key).first()
    if row is None:
        raise Http404(f"no attribute {key}")
    _refuse_in_use(key, "key")
    attributes.archive(row, by=Actor.of(request.member), at=request.at)
    return Answer(204, None)


def _refuse_in_use(key: str, field: str) -> None:
    models = health_models.users_of(measures.of_attribute(key))
    if models:
        en, ja = ", ".join(model.en for model in models), "、".join(model.ja for model in models)
        said = Text(f"take it out of the live health model first: {en}", f"先にヘルスモデルから外す（{ja}）")
        raise Refused.one(field, said, key)


def _told(row: AttributeField) -> dict[str, Any]:
    plain = ("key", "name_en", "name_ja", "kind", "options", "field_class", "position", "archived_at")
    return {name: getattr(row, name) for name in plain} | {"version": attributes.version(row.key)}
