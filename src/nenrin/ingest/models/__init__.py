from nenrin.ingest.models.source import Source as Source
from nenrin.ingest.models.spool import Spooled as Spooled, Tally as Tally, UnknownKey as UnknownKey
