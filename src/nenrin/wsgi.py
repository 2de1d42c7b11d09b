"""The WSGI application that `nenrin serve` runs under granian."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nenrin.settings")
application = get_wsgi_application()
