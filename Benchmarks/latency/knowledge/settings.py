"""Uses the database of DATABASE_URL, which is reached over TCP."""

import os
import urllib.parse

_url = urllib.parse.urlsplit(os.environ["DATABASE_URL"])

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "HOST": _url.hostname,
        "PORT": _url.port,
        "USER": _url.username,
        "NAME": _url.path.removeprefix("/"),
        "OPTIONS": dict(urllib.parse.parse_qsl(_url.query)),
    }
}
INSTALLED_APPS = ["knowledge"]
USE_TZ = True
