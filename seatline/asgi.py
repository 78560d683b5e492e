"""The ASGI application that uvicorn serves: admin, desk, portal and API."""

import os

from django.core.asgi import get_asgi_application

from seatline import health
from seatline.env import environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seatline.settings")
application = get_asgi_application()
health.serve(environment.number("SEATLINE_METRICS_PORT"))
