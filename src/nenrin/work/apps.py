from django.apps import AppConfig


class Work(AppConfig):
    name = "nenrin.work"
    label = "work"
