from django.apps import AppConfig


class Insight(AppConfig):
    name = "nenrin.insight"
    label = "insight"
