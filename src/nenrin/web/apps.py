from django.apps import AppConfig


class Web(AppConfig):
    name = "nenrin.web"
    label = "web"
