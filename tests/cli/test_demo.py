"""The demo never touches a home that belongs to somebody, and never pretends that a half-made one is whole."""

import pytest
from click.testing import CliRunner

from nenrin.cli import demo
from nenrin.foundation.models import Organisation

pytestmark = pytest.mark.django_db


def test_a_real_organisation_is_left_alone(org: Organisation) -> None:
    done = CliRunner().invoke(demo.command, ["--size", "XS"])
    assert done.exit_code == 1
    assert "belongs to a real organisation" in done.output
    assert Organisation.objects.get().name == org.name


def test_a_demo_that_was_not_finished_is_said_to_be_so(org: Organisation) -> None:
    Organisation.objects.update(is_demo=True)
    done = CliRunner().invoke(demo.command, ["--size", "XS"])
    assert done.exit_code == 1
    assert "not finished" in done.output


def test_an_unknown_size_is_refused_before_anything_is_made() -> None:
    done = CliRunner().invoke(demo.command, ["--size", "huge"])
    assert done.exit_code == 1
    assert "XS, S, M, L" in done.output
    assert not Organisation.objects.exists()
