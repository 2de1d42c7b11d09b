from django.apps import AppConfig

from nenrin.ingest import source_text, text, text_files  # noqa: F401  (registers the journal's sentences)


class Ingest(AppConfig):
    name = "nenrin.ingest"
    label = "ingest"
