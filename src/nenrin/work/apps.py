from django.apps import AppConfig

from nenrin.work import text  # noqa: F401  (registers the room's journal sentences)


class Work(AppConfig):
    name = "nenrin.work"
    label = "work"
    follows_merges = True
