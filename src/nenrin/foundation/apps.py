from django.apps import AppConfig

from nenrin.foundation import text  # noqa: F401  (registers the room's journal sentences)


class Foundation(AppConfig):
    name = "nenrin.foundation"
    label = "foundation"
