"""What /openapi.json says: as ninja draws it up, but two schemas of one name stay two."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema

_BEFORE = REF_TEMPLATE.format(model="")


class Description(OpenAPISchema):
    """Ninja puts each module's schemas into one space by their class's name, and the last of a name would win."""

    def __init__(self, api: NinjaAPI, path_prefix: str) -> None:
        self._called: dict[str, str] = {}
        super().__init__(api, path_prefix)

    def _create_schema_from_model(self, *args: Any, **kwargs: Any) -> tuple[dict[str, Any], bool]:
        self._called = {}
        schema, is_required = super()._create_schema_from_model(*args, **kwargs)
        return renamed(schema, self._called), is_required

    def _extract_parameters(self, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        self._called = {}
        found: list[dict[str, Any]] = renamed(super()._extract_parameters(*args, **kwargs), self._called)
        return found

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        """Each under its own name; one whose name another shape has under that name with a number."""
        for name in definitions:
            self._add(name, definitions)

    def _add(self, name: str, definitions: dict[str, Any]) -> None:
        if name in self._called or name not in definitions:
            return
        self._called[name] = name  # whatever refers to itself does so by its own name
        for other in sorted(refers_to(definitions[name])):
            self._add(other, definitions)
        shape = renamed(definitions[name], self._called)
        tried = [name, *(f"{name}{n}" for n in range(2, 100))]
        chosen = next(each for each in tried if self.schemas.get(each, shape) == shape)
        self._called[name] = chosen
        self.schemas[chosen] = shape


class Api(NinjaAPI):
    """The API with that description."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        return Description(self, self.get_root_path(path_params or {}) if path_prefix is None else path_prefix)


def renamed(part: Any, called: dict[str, str]) -> Any:
    """The same with every reference by the name that its schema was given.

    >>> renamed({"$ref": "#/components/schemas/LineOut"}, {"LineOut": "LineOut2"})
    {'$ref': '#/components/schemas/LineOut2'}
    """
    if isinstance(part, dict):
        return {
            key: _reference(value, called) if key == "$ref" else renamed(value, called) for key, value in part.items()
        }
    return [renamed(each, called) for each in part] if isinstance(part, list) else part


def _reference(told: str, called: dict[str, str]) -> str:
    name = told.removeprefix(_BEFORE)
    return f"{_BEFORE}{called.get(name, name)}" if name != told else told


def refers_to(part: Any) -> set[str]:
    """The names of the schemas that a part refers to."""
    if isinstance(part, dict):
        own = {part["$ref"].removeprefix(_BEFORE)} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(refers_to(value) for value in part.values()))
    return set().union(*(refers_to(each) for each in part)) if isinstance(part, list) else set()
