from nenrin.ingest.models.source import Source as Source
from nenrin.ingest.models.spool import Spooled as Spooled, Tally as Tally, UnknownKey as UnknownKey
from nenrin.ingest.models.facts import Answer as Answer, Cost as Cost, Ticket as Ticket
from nenrin.ingest.models.imports import Import as Import, ImportedRow as ImportedRow
from nenrin.ingest.models.imports import RejectedRow as RejectedRow, RememberedMapping as RememberedMapping
from nenrin.ingest.models.catalogue import EventName as EventName, Exclusion as Exclusion, LiveEvent as LiveEvent
from nenrin.ingest.models.counters import Progress as Progress, Verdict as Verdict
from nenrin.ingest.models.identity import Conflict as Conflict, EndGroup as EndGroup, EndUser as EndUser
from nenrin.ingest.models.quarantine import Quarantined as Quarantined
