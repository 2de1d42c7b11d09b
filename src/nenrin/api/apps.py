from django.apps import AppConfig


class Api(AppConfig):
    name = "nenrin.api"
    label = "api"
