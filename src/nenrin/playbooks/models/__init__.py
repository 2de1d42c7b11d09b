"""Tables of the playbooks."""

from nenrin.playbooks.models.configuration import ConfigurationChange
from nenrin.playbooks.models.enrolment import Enrolment, RunTally
from nenrin.playbooks.models.holdout import HoldoutPlace, UniversalExclusion, UniversalExposure
from nenrin.playbooks.models.passed import PassedBy
from nenrin.playbooks.models.playbook import Playbook, PlaybookVersion, Remembered, Sweep
from nenrin.playbooks.models.rehearsal import Rehearsal
from nenrin.playbooks.models.replay import PlaybookReplay
from nenrin.playbooks.models.run import Exposure, Run, RunStep, UniversalHoldout

__all__ = [
    "ConfigurationChange",
    "Enrolment",
    "Exposure",
    "HoldoutPlace",
    "PassedBy",
    "Playbook",
    "PlaybookReplay",
    "PlaybookVersion",
    "Rehearsal",
    "Remembered",
    "Run",
    "RunStep",
    "RunTally",
    "Sweep",
    "UniversalExclusion",
    "UniversalExposure",
    "UniversalHoldout",
]
