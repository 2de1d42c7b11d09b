"""The effect of a playbook: from exposures and history to a read-out, with what is left out said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np
import pytest

from nenrin.analytics.effects import readouts
from nenrin.analytics.effects.readouts import Outcomes
from nenrin.analytics.revenue.decisions import Spell
from nenrin.foundation import organisation
from nenrin.foundation.models import Organisation
from nenrin.ingest import lakes
from nenrin.insight import history, measures
from nenrin.playbooks.effects import exposures, outcomes, readings
from nenrin.playbooks.effects.exposures import Exposed
from nenrin.playbooks.effects.readings import Reading
from nenrin.playbooks.models import Exposure, Playbook
from tests.playbooks import effects_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("org")]


def read(playbook: Playbook, at: datetime, *, key: str = effects_world.METRIC, days: int = 30) -> Reading:
    metric = outcomes.metric(key, measures.usable())
    assert metric is not None
    rows = Exposure.objects.filter(playbook=playbook)
    return readings.read(lakes.current(), rows, metric, days, as_of=organisation.today(at), expected=3.0)


def test_a_true_effect_is_found_with_an_interval_round_it(at: datetime) -> None:
    found = read(effects_world.build(at, effect=3.0), at)
    assert found.readout.verdict == "gain"
    assert found.readout.effect == pytest.approx(3.0, abs=1.0)
    assert found.readout.now is not None and found.readout.now.holds(3.0)
    assert found.readout.remaining < 0.3, "what was known before explains most of it"
    assert [look.on for look in found.looks] == sorted(look.on for look in found.looks)
    assert found.looks[-1].readout == found.readout


def test_nothing_comes_out_of_nothing(at: datetime) -> None:
    found = read(effects_world.build(at, effect=0.0), at)
    assert found.readout.verdict in {"none_seen", "not_detectable"}
    assert found.readout.now is not None and found.readout.now.holds(0.0)


def test_only_accounts_whose_days_are_over_count(at: datetime) -> None:
    found = read(effects_world.build(at), at, days=60)
    assert found.exposed == 400 and 150 <= found.waiting <= 250
    assert found.silent == 400 - found.waiting, "no value was kept sixty days after"
    assert found.readout.verdict == "few"


def test_accounts_that_are_never_left_alone_are_no_part_of_it(at: datetime) -> None:
    playbook = effects_world.build(at)
    Exposure.objects.filter(pk__in=list(Exposure.objects.values_list("pk", flat=True)[:10])).update(arm="always")
    found = read(playbook, at)
    assert (found.always, found.exposed) == (10, 390)


def _undrawn(count: int) -> None:
    """The first ones came while nobody could be left alone."""
    rows = Exposure.objects.filter(arm="treated").order_by("at", "pk").values_list("pk", flat=True)[:count]
    Exposure.objects.filter(pk__in=list(rows)).update(share=0.0)


def test_who_could_not_have_been_left_alone_is_counted_and_compared_with_nobody(at: datetime) -> None:
    playbook = effects_world.build(at, effect=3.0)
    _undrawn(100)
    found = read(playbook, at)
    assert (found.undrawn, found.exposed, found.readout.treated, found.readout.held) == (100, 300, 220, 80)
    assert found.share == pytest.approx(0.2), "what they were met with is no chance of this comparison"
    assert found.met_on is not None and found.first_on is not None and found.met_on <= found.first_on


def test_where_nobody_can_be_left_alone_there_is_no_effect_and_no_nought(at: datetime) -> None:
    playbook = effects_world.build(at)
    Exposure.objects.all().update(share=0.0, arm="treated")
    found = read(playbook, at)
    assert (found.undrawn, found.exposed, found.looks, found.share) == (400, 0, (), 0.0)
    assert (found.readout.verdict, found.readout.effect, found.first_on) == ("few", None, None)


def test_those_drawn_under_another_share_are_compared_among_themselves(at: datetime) -> None:
    """Half were drawn at a fifth, and half, who stand ten points higher, at four fifths: read together it would look like harm."""
    playbook = effects_world.build(at, accounts=800, effect=0.0)
    rows = list(Exposure.objects.order_by("pk"))
    for n, row in enumerate(rows):
        if n % 2:
            row.share, row.arm = 0.8, "treated" if n % 10 == 1 else "holdout"
        else:
            row.share, row.arm = 0.2, "holdout" if n % 10 == 0 else "treated"
    Exposure.objects.bulk_update(rows, ["share", "arm"])
    found = exposures.of(Exposure.objects.filter(playbook=playbook), organisation.zone())
    higher = np.where(found.share == 0.8, 10.0, 0.0) + np.random.default_rng(1).normal(0, 1, len(found))
    columns = Outcomes(higher, np.full(len(found), np.nan), found.treated, found.cluster, False, True, found.strata)
    told = readouts.read(columns, share=float(found.share.mean()), planned=500)
    assert told.effect == pytest.approx(0.0, abs=0.5) and told.now is not None and told.now.holds(0.0)
    mixed = readouts.read(replace(columns, strata=np.zeros(len(found), np.int64)), share=0.5, planned=500)
    assert mixed.verdict == "harm", "so they would have been read as one"


def test_accounts_that_vanish_from_one_group_stop_the_read_out(at: datetime) -> None:
    playbook = effects_world.build(at)
    gone = Exposure.objects.filter(arm="holdout").values_list("pk", flat=True)[:55]
    Exposure.objects.filter(pk__in=list(gone)).delete()
    assert read(playbook, at).readout.verdict == "mismatch"


def test_before_the_first_outcome_there_is_not_enough(at: datetime, org: Organisation) -> None:
    playbook = effects_world.build(at, accounts=10)
    Exposure.objects.all().delete()
    found = read(playbook, at)
    assert (found.readout.verdict, found.looks, found.first_on) == ("few", (), None)


def test_leaving_counts_by_the_day_of_the_decision() -> None:
    day = (date(2026, 6, 1) - date(1970, 1, 1)).days

    def left(*spells: Spell, within: int = 90) -> float:
        exposed = Exposed(*(np.array([x]) for x in (1, 1, True, 0.2, day, 0)), always=0)
        return float(outcomes.left(exposed, list(spells), within)[0])

    began, today = day - 400, day + 200
    assert left(Spell(1, began, day + 50, today)) == 1.0
    assert left(Spell(1, began, day + 150, today)) == 0.0
    assert left(Spell(1, began, None, today)) == 0.0
    assert left(Spell(1, began, None, day + 20, is_involuntary=True, ends=day + 21)) == 1.0
    assert np.isnan(left(Spell(1, began, None, day + 20))), "not settled yet"
    assert np.isnan(left(Spell(1, began, day - 10, today))), "had decided before the occasion"
    assert np.isnan(left()), "no contract"
    assert left(Spell(1, began, day - 300, today), Spell(1, day - 100, None, today)) == 0.0


def test_a_day_apart_is_a_day_apart(at: datetime) -> None:
    effects_world.build(at, accounts=10)
    row = Exposure.objects.latest("at")
    on = row.at.astimezone(organisation.zone()).date()
    values = history.valued(
        lakes.current(), effects_world.METRIC, [row.account_id] * 3, [on - timedelta(1), on, on + timedelta(30)]
    )
    assert not np.isnan(values[0]) and np.isnan(values[1]) and not np.isnan(values[2])
