"""No step twice and none lost, whatever is killed when; `make prove ONLY=playbooks` draws two thousand histories."""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.playbooks.histories import Histories, examples

FEW = 4


@pytest.mark.django_db
def test_every_effect_is_made_once_under_kills_between_any_two_statements() -> None:
    count = examples(FEW)
    phases = tuple(Phase) if count <= FEW else (Phase.explicit, Phase.generate)  # many: say that one fails, soon
    run_state_machine_as_test(
        Histories, settings=settings(max_examples=count, stateful_step_count=10, deadline=None, phases=phases)
    )
