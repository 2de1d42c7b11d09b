"""`nenrin demo`: an empty home becomes a simulated company with two years behind it."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from datetime import time as clock
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import numpy as np
from django.conf import settings

from nenrin.cli import serve
from nenrin.cli.output import fail, say_json
from nenrin.foundation import organisation, schema
from nenrin.foundation.calendar import day_of
from nenrin.foundation.models import Organisation
from nenrin.foundation.roles import NAMES, Role
from nenrin.simulator import presets, product, world
from nenrin.simulator.economy import truth as facts
from nenrin.simulator.writer import live, settling, telling

PASSWORD = "growth-rings"
ZONE = ZoneInfo("Asia/Tokyo")
FOUNDED_AS = {"language": "ja", "zone": ZONE.key, "currency": "JPY", "fiscal_start_month": 4}
BEAT_SECONDS = 3.0
EVENTS_A_BEAT = 2


@click.command()
@click.option("--size", default="demo", show_default=True, help="demo, or one of XS, S, M, L (M and L take long).")
@click.option("--seed", default=2026, show_default=True, help="The same seed and day make the same world.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), default=None, help="The day the world ends; default today.")
@click.option("--truth", type=click.Path(path_type=Path), default=None, help="Also write what is true to this folder.")
@click.option("--live", "is_live", is_flag=True, help="Keep events arriving until Ctrl-C.")
@click.option("--serve", "is_served", is_flag=True, help="Answer on a port afterwards, with the worker.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=int)
@click.option("--json", "as_json", is_flag=True, help="Print the sign-ins as JSON.")
@click.pass_context
def command(
    ctx: click.Context,
    size: str,
    seed: int,
    as_of: datetime | None,
    truth: Path | None,
    is_live: bool,
    is_served: bool,
    host: str,
    port: int,
    as_json: bool,
) -> None:
    """Fill an empty home with a simulated company, two years of history behind it, and print who can sign in.

    A home that is a demo already is left as it is; one with real data is refused with status 1.
    """
    if is_served:
        serve.ask_for(host, port)
    preset, now = world.DEMO if size == "demo" else _preset(size), _now(as_of)
    schema.bring_up()
    made = world.built(preset, seed=seed, today=day_of(now, ZONE))
    if truth:
        facts.export(made.truth, truth)
    if not Organisation.objects.exists():
        _create(made, now, is_whole=not is_served)
    elif not organisation.current().is_demo:
        fail("this home belongs to a real organisation: set NENRIN_HOME to an empty folder", as_json=as_json)
    elif not settling.is_settled():
        fail(f"a demo was begun in {settings.HOME} and not finished: delete the folder, then again", as_json=as_json)
    _say(host, port, as_json)
    if is_live and is_served:
        threading.Thread(target=_keep_alive, args=(made,), daemon=True).start()
    elif is_live:
        _keep_alive(made)
    if is_served:
        ctx.invoke(serve.command, host=host, port=port, with_worker=True)


def _preset(size: str) -> presets.Preset:
    try:
        return presets.named(size)
    except presets.UnknownPresetError as unknown:
        fail(str(unknown))


def _now(as_of: datetime | None) -> datetime:
    return datetime.combine(as_of.date(), clock(3), UTC) if as_of else datetime.now(UTC)


def _create(made: world.World, now: datetime, *, is_whole: bool) -> None:
    """Write the world and bring it up to today, saying on standard error how far it is.

    Where a worker follows, it computes backtests and replays: they wait for the first page, not the page for them.
    """
    began = time.perf_counter()
    organisation.found(product.VENDOR.ja, at=now, **FOUNDED_AS)
    told = telling.told(made, now=now, password=PASSWORD, progress=_progress)
    settling.settled(made, told.book, now=now, is_whole=is_whole, progress=_progress)
    seconds, back = time.perf_counter() - began, "\r" if sys.stderr.isatty() else ""
    click.echo(
        f"{back}{len(made.customers)} companies, {told.deeds:,} deeds, {told.events:,} events in {seconds:.0f} s",
        err=True,
    )


def _progress(what: str, count: int) -> None:
    """On a terminal one line that counts up; in a file nothing, for it would hold every step."""
    if sys.stderr.isatty():
        click.echo(f"\r{what} {count:,}".ljust(40), err=True, nl=False)


def _say(host: str, port: int, as_json: bool) -> None:
    sign_ins = [{"role": each.role, "email": each.email, "name": each.name} for each in product.SIGN_INS]
    if as_json:
        say_json({"url": f"http://{host}:{port}", "password": PASSWORD, "sign_ins": sign_ins})
        return
    click.echo(f"Address       http://{host}:{port}\nPassword      {PASSWORD}   (of all of these)")
    for each in sign_ins:
        role = NAMES[Role(each["role"])]
        click.echo(f"{each['email']:<36}{role.en} / {role.ja}, {each['name']}")


def _keep_alive(made: world.World) -> None:
    """Send a few events every few seconds, for ever."""
    rng = np.random.default_rng()
    while True:
        live.beat(made, at=datetime.now(UTC), events=int(rng.poisson(EVENTS_A_BEAT)) + 1, rng=rng)
        time.sleep(BEAT_SECONDS)
