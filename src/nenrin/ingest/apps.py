from django.apps import AppConfig


class Ingest(AppConfig):
    name = "nenrin.ingest"
    label = "ingest"
