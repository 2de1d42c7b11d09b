"""Tables of the playbooks."""

from nenrin.playbooks.models.configuration import ConfigurationChange
from nenrin.playbooks.models.playbook import Playbook, PlaybookVersion, Remembered, Sweep
from nenrin.playbooks.models.replay import PlaybookReplay
from nenrin.playbooks.models.run import Exposure, Run, RunStep, UniversalHoldout

__all__ = [
    "ConfigurationChange",
    "Exposure",
    "Playbook",
    "PlaybookReplay",
    "PlaybookVersion",
    "Remembered",
    "Run",
    "RunStep",
    "Sweep",
    "UniversalHoldout",
]
