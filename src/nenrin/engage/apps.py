from django.apps import AppConfig

from nenrin.engage import text  # noqa: F401  (registers the room's journal sentences)


class Engage(AppConfig):
    name = "nenrin.engage"
    label = "engage"
    follows_merges = True
