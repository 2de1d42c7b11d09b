"""The `nenrin` command: one module a command, loaded only when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click
import django

from nenrin import __version__
from nenrin.cli import troubles
from nenrin.cli.output import fail

#: Command -> (module in this package, one line of help). Only the called command's rooms are imported.
COMMANDS = {
    "init": ("init", "Create everything a new installation needs and print its keys."),
    "demo": ("demo", "Fill an empty home with a simulated company."),
    "serve": ("serve", "Answer on a port; with --with-worker also run the worker."),
    "worker": ("worker", "Run the loops: take facts in, score, run playbooks, remind, send."),
    "import": ("import_", "Import a CSV or Excel file."),
    "sources": ("sources", "List sources, open one, limit one, give one new keys."),
    "intake": ("intake", "Print the conservation law of received events."),
    "refresh": ("refresh", "Bring health up to date, or recompute past days."),
    "health": ("health", "Print every account's health as of a day."),
    "kpis": ("kpis", "Print revenue KPIs of a period, as known on a day."),
    "first-look": ("first_look", "Tell churn, NRR and LTV from one file of contracts, without set-up."),
    "mail": ("mail", "Take in mails from a mail server's pipe."),
    "report": ("report", "Write the executive dashboard as a PDF or slides."),
    "risk": ("risk", "Print who will probably leave or grow, and MRR ahead; learn the models."),
    "lifetimes": ("lifetimes", "Print lifetime value by tier or plan and by term, as of a day."),
    "retention": ("retention", "Print how long customers stay, by group, as of a day."),
    "backtest": ("backtest", "Hold what a health or risk model says of the past against what came."),
    "config": ("config", "Export, plan, apply and roll back the configuration as YAML; its history."),
    "users": ("users", "List, invite, promote and deactivate members; new links, lost second steps."),
    "export": ("export", "Print accounts, contacts or the journal as CSV."),
    "backup": ("backup", "Copy spool, lake, database, files and keys into one folder."),
    "restore": ("restore", "Restore a backup into an empty home."),
    "upgrade": ("upgrade", "Bring the database to this version."),
    "secrets": ("secrets", "Close stored passwords, addresses and signing secrets with a new key."),
    "doctor": ("doctor", "Check this installation and say what to mend."),
}


class Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name, (module, _) in COMMANDS.items() if _exists(module)]

    def invoke(self, ctx: click.Context) -> Any:
        """Whatever a command meets is told in one line, with status 1; a fault of ours keeps its trace."""
        try:
            return super().invoke(ctx)
        except troubles.KNOWN as trouble:
            if os.environ.get("NENRIN_LOG", "").lower() == "debug":
                raise
            fail(troubles.told(trouble), as_json="--json" in sys.argv)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nenrin.settings")
        django.setup()
        command: click.Command = import_module(f"nenrin.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Listing must not load every room: the one-line helps stand in the table above."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


def _exists(module: str) -> bool:
    return os.path.exists(os.path.join(os.path.dirname(__file__), f"{module}.py"))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nenrin")
def main() -> None:
    """Nenrin: facts to health, for customer success teams.

    NENRIN_HOME (default ./var) holds databases, event lake and uploads. Exit status: 0 done, 1 failed, 2 wrong usage.
    """


if __name__ == "__main__":
    sys.exit(main())
