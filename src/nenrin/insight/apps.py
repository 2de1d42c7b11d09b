from django.apps import AppConfig

from nenrin.insight import text  # noqa: F401  (registers the room's journal sentences)


class Insight(AppConfig):
    name = "nenrin.insight"
    label = "insight"
