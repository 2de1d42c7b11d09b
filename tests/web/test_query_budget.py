"""Every page of the product within fifteen queries, whoever asks, as the urlconf lists them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from nenrin.foundation.models import Member, Organisation
from nenrin.foundation.roles import Role
from nenrin.playbooks import holdouts
from tests.web import matrix_world
from tests.web.matrix_world import World
from tests.web.test_permission_matrix import filled, guarded

pytestmark = pytest.mark.django_db
AT_MOST = 15
#: An editor, which evaluates its preview beside the form, a page of many loops, and the day, which asks every room for
#: reasons: what each may take at most.
EXCEPTED = {
    "health-model": 20,
    "meeting-brief": 20,  # the same on paper, with promises, plan and last words
    "my-day": 18,  # with the journeys in use, who stands in which stage, and what plays were found to bring
    "team-day-member": 18,  # the same of a colleague
    "team-day": 17,  # everybody's load and meetings beside their ARR, which the metric policy converts
    "playbook-audience": 18,  # a fragment of the editor: every rule of a playbook, asked of everybody
    "playbook-beforehand": 21,  # the same, with who came in so far and what the measure is like
    "holdout-accounts": 18,  # places in the draw, and exclusions by conditions, which know tiers, touch models and members
    "opportunity-candidate": 16,  # evidence of every kind, and its money at the metric policy's rate
    "data-board": 18,  # on PostgreSQL, where the spool has its counters too; 15 on SQLite
}  # fmt: skip
QUESTIONS = ("", "?group=owner&open=1", "?columns=tags,nps,owner,tier,attr.owner_phone&sort=-nps")


@pytest.fixture
def world(org: Organisation, at: datetime) -> World:
    return matrix_world.build(at)


def _asked(client: Client, path: str) -> tuple[int, list[str]]:
    """The status of a page and its queries, of the second visit."""
    client.get(path)
    said: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        said.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)
    return answer.status_code, said


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.CSM, Role.ONBOARDING])
def test_no_page_takes_more_than_fifteen_queries(world: World, role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdouts, "holds", lambda top, share: bool(share))  # nobody's number decides what a page reads
    Member.objects.filter(pk=world.viewer.pk).update(role=role)
    client = Client(raise_request_exception=False)
    client.force_login(world.viewer)
    over = {}
    for page in guarded():
        if "export" in page.name:  # a file, which also leaves its note
            continue
        for question in QUESTIONS if page.name == "accounts" else ("",):
            path = filled(page.route, world, "own") + question
            status, said = _asked(client, path)
            if status == 200 and len(said) > EXCEPTED.get(page.name, AT_MOST):
                over[path] = len(said), [sql[:90] + sql[sql.find(" FROM ") :][:60] for sql in said]
    assert {path: count for path, (count, _) in over.items()} == {}, over
