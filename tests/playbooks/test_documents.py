"""Playbooks as documents: read, written back, and refused with the step and the field named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import pytest

from nenrin.foundation.models import Organisation
from nenrin.playbooks import library, playbooks, reading, steps, words
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.documents.programs import laid_out
from nenrin.work.models import Task
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("key", library.ORDER)
def test_every_ready_made_playbook_reads_and_is_written_back_the_same(org: Organisation, key: str) -> None:
    found = playbooks.read(library.documents()[key])
    assert found.key == key and found.name.ja != found.name.en
    assert playbooks.read(reading.to_dict(found)) == found
    assert playbooks.read(reading.to_yaml(found)) == found
    assert words.minutes(found) > 0


@pytest.mark.parametrize("key", library.ORDER)
def test_every_word_of_a_ready_made_playbook_stands_in_both_languages(key: str) -> None:
    found = list(_texts(library.documents()[key]))
    assert len(found) >= 4
    for path, told in found:
        assert isinstance(told, dict) and told.keys() == {"en", "ja"}, path
        assert re.search("[ぁ-んァ-ヶ一-龠]", told["ja"]) and not re.search("[ぁ-んァ-ヶ一-龠]", told["en"]), path


def _texts(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Whatever people read, by its place: words of the document and those of its steps."""
    for name in ("name", "purpose"):
        yield name, document[name]
    if "goal" in document:
        yield "goal", document["goal"]["name"]
    yield "hypothesis", document["hypothesis"]["words"]
    yield from _of_steps(document["steps"])


def _of_steps(some: list[Any]) -> Iterator[tuple[str, Any]]:
    for one in some:
        yield from ((f"{one['id']}.{param.key}", one[param.key]) for param in steps.KINDS[one["do"]].params
                    if param.key in one and (param.kind == "words" or param.lines > 1))  # fmt: skip
        for arm in ("then", "otherwise"):
            yield from _of_steps(one.get(arm, []))


def test_a_checklist_is_read_in_the_language_of_whoever_does_it(org: Organisation, at: datetime) -> None:
    told = {**stage.CALL, "checklist": {"en": "One\nTwo for {{account}}", "ja": "一つ目\n{{account}}に二つ目"}}
    stage.published(stage.document(steps=[told]), at=at)
    account = stage.account("青空商事", at=at, owner=stage.csm())
    stage.falls(account, at=at)
    stage.goes_on(at)
    assert [one["words"] for one in Task.objects.get().checklist] == ["一つ目", "青空商事に二つ目"]


def problems(document: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(Unreadable) as caught:
        playbooks.read(document)
    return [(one.path, one.text.en) for one in caught.value.problems]


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"steps": [{**stage.CALL, "minutes": "many"}]}, "steps[0].minutes", "Step 2 (task), Minutes: many does not fit"),
        ({"steps": [{"do": "open_tsk"}]}, "steps[0].do", "Did you mean 'open_task'?"),
        ({"steps": [{**stage.CALL, "tite": "x"}]}, "steps[0].tite", "Did you mean 'title'?"),
        ({"steps": [{**stage.CALL, "title": "Hi {{acount}}"}]}, "steps[0].title", "Did you mean 'account'?"),
        ({"steps": []}, "steps", "at least one step"),
        ({"steps": [stage.CALL, stage.CALL]}, "steps", "an id of its own"),
        ({"when": []}, "when", "from 1 to 12 triggers"),
        ({"when": [{"trigger": "band_change", "to": ["purple"]}]}, "when[0].to", "Trigger 1 (health changes colour), It becomes"),
        ({"when": [{"trigger": "segment", "segment": "99"}]}, "when[0].segment", "one of none yet"),
        ({"who": {"field": "mrrr", "op": ">", "value": 1}}, "who.field", "Did you mean 'mrr'?"),
        ({"limits": {"hours": {"from": 18, "to": 9}}}, "limits.hours", "hours that end after they begin"),
        ({"limits": {"per_hour": -1}}, "limits.per_hour", "a whole number from 0"),
        ({"holdout": {"share": 0.9}}, "holdout.share", "a share from 0 to 0.5"),
        ({"hypothesis": {"review_on": "soon"}}, "hypothesis.review_on", "a day such as 2026-04-01"),
        ({"stepz": 1}, "stepz", "Did you mean 'steps'?"),
        ({"steps": [{"do": "branch", "if": {"field": "tier", "op": "?", "value": 1}, "then": [stage.CALL]}]},
         "steps[0].if.op", "Step 2 (branch), Condition"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named_with_its_step_and_field(
    org: Organisation, changes: dict[str, Any], path: str, words: str
) -> None:
    found = problems(stage.document(**changes))
    assert any(at == path and words in text for at, text in found), found


def test_words_that_are_too_long_are_refused_and_not_cut(org: Organisation) -> None:
    step = {"do": "send_mail", "id": "write", "subject": "件名", "body": {"en": "x", "ja": "あ" * 5_001}}
    with pytest.raises(Unreadable) as refused:
        playbooks.read(stage.document(steps=[step]))
    [problem] = refused.value.problems
    assert problem.path == "steps[0].body" and "5,000" in problem.text.en
    step["body"] = {"en": "x", "ja": "あ" * 5_000}
    assert len(playbooks.read(stage.document(steps=[step])).steps[0].values["body"].ja) == 5_000


def test_a_key_that_stands_twice_is_told_with_its_line(org: Organisation) -> None:
    with pytest.raises(Unreadable) as refused:
        playbooks.read("playbook: a\nname: A\nwhen:\n- {trigger: by_hand}\nname: B\n")
    [problem] = refused.value.problems
    assert problem.path == "line 5" and "name" in problem.text.en


def test_yaml_that_is_none_is_told_with_its_line(org: Organisation) -> None:
    with pytest.raises(Unreadable) as caught:
        playbooks.read("playbook: x\nname: [")
    assert caught.value.problems[0].where.en.startswith("Line 2")


def test_steps_are_numbered_as_they_are_read_and_arms_join_again(org: Organisation) -> None:
    found = laid_out(playbooks.read(library.documents()["low-usage"]))
    numbers = {key: place.number for key, place in found.places.items()}
    assert numbers == {"settle": 2, "urgent": 3, "escalate": 4, "review": 5, "better": 6, "call": 7}
    assert [found.places[key].after for key in ("escalate", "review")] == ["better", "better"]
    assert (found.places["urgent"].first, found.places["urgent"].second) == ("escalate", "review")
    assert (found.places["better"].first, found.places["better"].second) == ("", "call")
