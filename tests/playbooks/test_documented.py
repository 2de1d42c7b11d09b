"""Every document that the guides show is one that the product takes, read by the product's own readers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from nenrin.analytics import conditions
from nenrin.analytics.scores import documents as health_models
from nenrin.foundation.models import Organisation
from nenrin.ingest.files import mappings
from nenrin.insight import segment_fields
from nenrin.playbooks import reading, setting
from nenrin.playbooks.configuration.kinds import events
from nenrin.work.journeys import documents as journeys
from nenrin.work.onboarding import criteria
from nenrin.work.onboarding import documents as onboarding
from tests.playbooks import stage

DOCS = Path(__file__).parents[2] / "docs"
SHOWN = {
    f"{file.stem}-{number}": text
    for file in sorted(DOCS.glob("*.md"))
    for number, text in enumerate(re.findall(r"^```yaml\n(.*?)^```", file.read_text(), re.M | re.S), 1)
}
pytestmark = pytest.mark.django_db


def _playbook(document: Any) -> None:
    fields, known = setting.current()
    reading.from_dict(document, fields, known)


def _steps(document: Any) -> None:
    _playbook(stage.document(steps=document))


def _journey(document: Any) -> None:
    journeys.parse(document, segment_fields.fields())


def _onboarding(document: Any) -> None:
    """A guide shows one step; what it waits for is outside of the picture."""
    shown = {"key": "kickoff", "title": {"en": "Kickoff", "ja": "キックオフ"}, "party": "us", "days": 1}
    document["phases"][0]["steps"].insert(0, shown)
    onboarding.parse(document, criteria.fields())


READERS: Mapping[str, Callable[[Any], object]] = {
    "conditions-1": lambda document: conditions.parse(document, segment_fields.fields()),
    "configuration-as-code-1": events._read,
    "health-models-1": health_models.from_dict,
    "import-1": mappings.from_document,
    "journeys-1": _journey,
    "journeys-2": _journey,
    "onboarding-1": _onboarding,
    "playbooks-1": _playbook,
    "surveys-1": _steps,
}


def test_each_document_has_its_reader() -> None:
    assert set(SHOWN) == set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_a_document_that_a_guide_shows_is_taken(name: str, org: Organisation) -> None:
    READERS[name](yaml.safe_load(SHOWN[name].replace("...", "例")))


def test_a_condition_on_a_stage_that_there_is_not_is_refused(org: Organisation) -> None:
    never = {"field": "stage", "op": "=", "value": "renewal"}
    document = yaml.safe_load(SHOWN["playbooks-1"].replace("...", "例"))
    document["holdout"]["never"] = never
    with pytest.raises(reading.Unreadable):
        _playbook(document)
