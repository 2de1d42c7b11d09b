"""A playbook that is live says what it should change, by how much, and when somebody looks whether it did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from nenrin.foundation import organisation
from nenrin.foundation.actors import SYSTEM
from nenrin.foundation.models import Organisation
from nenrin.playbooks import hypotheses, library, playbooks, reading, setting
from nenrin.playbooks.documents.problems import Unreadable
from nenrin.playbooks.models import Playbook, PlaybookVersion
from tests.playbooks import stage

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stated", "missing"),
    [
        ({"measure": ""}, {"hypothesis.measure"}),
        ({"expected": None}, {"hypothesis.expected"}),
        ({"expected": 0}, {"hypothesis.expected"}),
        ({"review_on": None}, {"hypothesis.review_on"}),
        (
            {"measure": "", "expected": None, "review_on": None},
            {"hypothesis.measure", "hypothesis.expected", "hypothesis.review_on"},
        ),
    ],
)
def test_without_a_hypothesis_it_stays_a_draft(
    org: Organisation, at: datetime, stated: dict[str, Any], missing: set[str]
) -> None:
    playbooks.draft(stage.document(hypothesis=stated), by=SYSTEM, at=at)
    with pytest.raises(Unreadable) as refused:
        playbooks.publish(Playbook.objects.get(), by=SYSTEM, at=at)
    assert {one.path for one in refused.value.problems} == missing
    assert PlaybookVersion.objects.get().state == "draft"


@pytest.mark.parametrize("key", library.ORDER)
def test_every_ready_made_one_states_its_hypothesis_and_is_looked_at_in_time(
    org: Organisation, at: datetime, key: str
) -> None:
    fields, choices = setting.current()
    today = organisation.today(at)
    found = reading.from_dict(hypotheses.dated(library.documents()[key], today), fields, choices)
    hypotheses.check(found)
    assert found.hypothesis.words.en and found.hypothesis.words.ja != found.hypothesis.words.en
    assert found.hypothesis.review_on is not None and (found.hypothesis.review_on - today).days == 90


def test_what_was_live_before_the_rule_may_be_live_again(
    org: Organisation, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    unstated: dict[str, Any] = {"measure": "", "expected": None, "review_on": None}
    with monkeypatch.context() as before:
        before.setattr(hypotheses, "check", lambda document: None)
        first = stage.published(stage.document(hypothesis=unstated), at=at)
    stage.published(stage.document(), at=at)
    back = playbooks.roll_back(PlaybookVersion.objects.get(number=1), by=SYSTEM, at=at)
    assert playbooks.publish(back.playbook, by=SYSTEM, at=at).number == 3
    playbooks.draft(stage.document(hypothesis=unstated, name={"en": "Other", "ja": "別"}), by=SYSTEM, at=at)
    with pytest.raises(Unreadable):
        playbooks.publish(first.playbook, by=SYSTEM, at=at)
