"""The API is what its description says, and nothing that anyone sends breaks it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from typing import Any

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, settings
from ninja.schema import NinjaGenerateJsonSchema
from schemathesis.core import NotSet

from nenrin.api.rest import api
from nenrin.customers import accounts, contacts, products, subscriptions
from nenrin.foundation import tokens
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests.cast import DRIFTING, member

#: Requests per operation, one in each role: a bound for the suite; the long run raises it.
EXAMPLES = int(os.environ.get("NENRIN_API_EXAMPLES", len(Role)))
schema = schemathesis.openapi.from_dict(api.get_openapi_schema(path_prefix="/api/v1/"))


@pytest.fixture
def token(org: Organisation, at: datetime) -> str:
    """An administrator's, with one row of each noun to hit."""
    account = accounts.open(DRIFTING, by=SYSTEM, at=at, keys=[("crm", "1")])
    contacts.add(account, "田中", by=SYSTEM, at=at)
    plan = products.save_plan("p", product=products.save("p", name="P", by=SYSTEM, at=at), name="P", by=SYSTEM, at=at)
    subscriptions.sign(account, plan=plan, starts_on="2026-04-01", by=SYSTEM, at=at)
    return tokens.issue(member(), "fuzz", at=at, by=SYSTEM, can_write=True)


@pytest.fixture
def voices(token: str, at: datetime) -> Iterator[str]:
    """Tokens that may write, one for each role, in turn."""
    others = [role for role in Role if role is not Role.ADMINISTRATOR]
    issued = [tokens.issue(member(role, role.value), "fuzz", at=at, by=SYSTEM, can_write=True) for role in others]
    return cycle([token, *issued])


def test_the_description_names_every_operation() -> None:
    described = {(way.upper(), path) for path, ways in schema.raw_schema["paths"].items() for way in ways}
    routed = {
        (method, "/api/v1" + re.sub(r"{\w+:", "{", prefix + path))
        for prefix, router in api._routers
        for path, view in router.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert described == routed and len(routed) > 40


def test_every_operation_is_described_by_its_own_fields() -> None:
    """Schemas of one name in two modules are two: what the document says of an answer is what its model says."""
    described, wrong = api.get_openapi_schema(path_prefix="/api/v1/"), []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            address = "/api/v1" + re.sub(r"{\w+:", "{", prefix + path)
            for operation in view.operations:
                said = described["paths"][address][operation.methods[0].lower()]["responses"]
                for status, model in operation.response_models.items():
                    if isinstance(model, type) and isinstance(status, int):
                        told = said[status]["content"]["application/json"]["schema"]
                        if expanded(told, described["components"]["schemas"]) != of_model(model):
                            wrong.append((operation.methods[0], address))
    assert not wrong


def of_model(model: Any) -> Any:
    """What pydantic says of the one field that ninja puts an answer into."""
    own = model.model_json_schema(by_alias=True, mode="serialization", schema_generator=NinjaGenerateJsonSchema)
    [answer] = own["properties"].values()
    return expanded(answer, own.get("$defs", {}))


def expanded(part: Any, known: dict[str, Any], above: tuple[str, ...] = ()) -> Any:
    """The same with every reference written out, but for those to what stands above."""
    if isinstance(part, list):
        return [expanded(each, known, above) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        name = part["$ref"].rpartition("/")[2]
        return "above" if name in above else expanded(known[name], known, (*above, name))
    return {key: expanded(value, known, above) for key, value in part.items()}


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_nothing_that_is_sent_breaks_an_operation(case: Any, voices: Iterator[str]) -> None:
    answer = sent(case, next(voices))
    assert answer.status_code < 500, answer.content
    if answer.status_code >= 400 and answer.status_code != 405:
        assert answer["Content-Type"] in {"application/problem+json", "text/html; charset=utf-8"}


def sent(case: Any, token: str) -> Any:
    """The case through Django's own client: the WSGI handler would close the test's connection."""
    body = b"" if isinstance(case.body, NotSet) else case.body
    body = body if isinstance(body, bytes) else json.dumps(body, default=str).encode()
    headers = {
        name: str(value).encode("latin-1", "replace").decode("latin-1") for name, value in (case.headers or {}).items()
    }
    return Client(raise_request_exception=False).generic(
        case.method,
        case.formatted_path,
        body,
        content_type="application/json",
        query_params={name: value for name, value in (case.query or {}).items() if value is not None},
        headers={**headers, "Authorization": f"Bearer {token}"},
    )


NASTY = (
    b"{",
    b"[]",
    b"null",
    b'{"name": "\\ud800"}',
    b'{"name": "\\u0000a"}',
    b'{"name": NaN}',
    b'{"employees": 1e400, "name": "x"}',
    b'{"employees": 99999999999999999999999999, "name": "x"}',
    b'{"name": "x", "attributes": {"\\u0000": {"a": []}}}',
    b'{"name": "x", "parent_id": 9223372036854775808}',
    b'{"name": "x", "customer_since": "0001-01-01"}',
    b'{"name": "' + b"a" * 100_000 + b'"}',
    b"[" * 20_000,
    '{"name": "\xff"}'.encode("latin-1"),
)


@pytest.mark.parametrize("body", NASTY, ids=lambda body: body[:24].decode("latin-1"))
def test_bodies_that_nobody_should_send_are_refused(token: str, body: bytes) -> None:
    client = Client(raise_request_exception=False)
    headers = {"Authorization": f"Bearer {token}"}
    answer = client.generic("POST", "/api/v1/accounts", body, content_type="application/json", headers=headers)
    assert answer.status_code in {201, 400, 422}, answer.content
    if answer.status_code == 201:
        assert answer.json()["name"] == "a"


@pytest.mark.parametrize(
    "query", ["q=%00", "cursor=e30", "cursor=%F0%9F", "sort=password", "limit=0", "owner_id=1e9", "q=%ED%A0%80"]
)
def test_queries_that_make_no_sense_are_refused_or_find_nothing(token: str, query: str) -> None:
    client = Client(raise_request_exception=False)
    answer = client.get(f"/api/v1/accounts?{query}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code in {200, 400, 422}


def test_the_description_is_openapi_3_and_public(db: None) -> None:
    described = Client().get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    operations = [op for path in described["paths"].values() for op in path.values()]
    assert all(op["summary"] and op["tags"] and op.get("description") for op in operations)
    assert len({op["operationId"] for op in operations}) == len(operations)


def test_the_page_of_operations_asks_nobody_else(db: None) -> None:
    page = Client().get("/api/v1/").content.decode()
    assert "/accounts/by-key/" in page
    assert not re.findall(r'(?:src|href)="https?://', page)


@pytest.mark.django_db
def test_a_nul_in_a_text_is_refused_and_a_written_escape_is_not(token: str) -> None:
    """The character has no place in PostgreSQL; the six letters that stand for it in a text do."""
    refused = _open(token, '{"name": "a\\u0000b"}')
    assert refused.status_code == 422 and "NUL" in refused.json()["detail"]
    assert _open(token, '{"name": "a\\\\u0000b"}').status_code == 201


def _open(token: str, body: str) -> Any:
    bearer = {"authorization": f"Bearer {token}"}
    return Client(headers=bearer).post("/api/v1/accounts", body, content_type="application/json")
