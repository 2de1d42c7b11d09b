from django.apps import AppConfig

from nenrin.playbooks import text  # noqa: F401  (registers the room's journal sentences)


class Playbooks(AppConfig):
    name = "nenrin.playbooks"
    label = "playbooks"
    follows_merges = True
