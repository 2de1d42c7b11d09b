"""The API's reference as one plain page: no script, no request to anybody else."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nenrin.api.rest import api

METHODS = ("get", "post", "put", "patch", "delete")


def reference(request: HttpRequest) -> HttpResponse:
    """Every operation with its parameters and fields; open to all, like the description that it is drawn from."""
    described = api.get_openapi_schema(path_prefix="/api/v1/")
    schemas = described["components"]["schemas"]
    operations = [
        _operation(method, path, item[method], schemas)
        for path, item in described["paths"].items()
        for method in METHODS
        if method in item
    ]
    return render(request, "rest/index.html", {"info": described["info"], "operations": operations})


reference.permission = None  # type: ignore[attr-defined]


def _operation(method: str, path: str, said: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    body = said.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    fields = schemas.get(body.get("$ref", "").rpartition("/")[2], {})
    return {
        "id": said["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": said["summary"],
        "description": said.get("description", ""),
        "parameters": [
            (p["name"], p["in"], _kind(p["schema"]), p.get("required", False)) for p in said.get("parameters", [])
        ],
        "fields": [
            (name, _kind(f), name in fields.get("required", [])) for name, f in fields.get("properties", {}).items()
        ],
        "note": fields.get("description", ""),
    }


def _kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " | ".join(_kind(each) for each in schema["anyOf"])
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    return str(schema.get("format") or schema.get("type", "any"))
