"""An address or a method that the API does not have is answered as a problem, whoever asks."""

from __future__ import annotations

import pytest
from django.test import Client

from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import Role
from tests.api.rest import Rest
from tests.cast import member

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("path", ["/nothing", "/kpis/nothing/here", "/effects/of/nobody", "/accounts/x"])
def test_an_unknown_address_is_a_problem(org: Organisation, method: str, path: str) -> None:
    answer = Rest(member(Role.HEAD)).call(method, path)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer.data["status"] == 404
    assert path in answer.data["detail"] or path == "/accounts/x"


def test_so_it_is_for_who_has_no_token(client: Client, org: Organisation) -> None:
    answer = client.post("/api/v1/nothing")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("path", "takes"), [("/kpis", "GET"), ("/kpis/targets", "GET, PUT"), ("/executive", "GET")])
def test_an_unknown_method_is_a_problem_that_names_the_others(org: Organisation, path: str, takes: str) -> None:
    answer = Rest(member(Role.HEAD)).delete(path)
    assert (answer.status_code, answer["Content-Type"]) == (405, "application/problem+json")
    assert sorted(answer["Allow"].split(", ")) == takes.split(", ") and answer["Allow"] in answer.data["detail"]


def test_the_list_of_all_addresses_still_stands(client: Client, org: Organisation) -> None:
    assert client.get("/api/v1/openapi.json").json()["info"]["title"] == "Nenrin"
    assert client.get("/api/v1/").status_code == 200
