"""Django's settings. Every value that differs between machines comes from `seatline.env`; nothing else is read here."""

from urllib.parse import unquote, urlsplit

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from seatline import logs
from seatline.env import ROOT, environment

BASE_DIR = ROOT
SECRET_KEY = environment.text("SEATLINE_SECRET_KEY")
DEBUG = environment.flag("SEATLINE_DEBUG")
ALLOWED_HOSTS = environment.words("SEATLINE_HOSTS")
VAR = environment.path("SEATLINE_VAR")

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "procrastinate.contrib.django",
    "tenants",
    "agents",
    "telephony",
    "billing",
    "seatline",
]

MIDDLEWARE = [
    "seatline.figures.MeasuredMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tenants.trust.actor.ActorMiddleware",
    "tenants.accounts.middleware.LanguageMiddleware",
    "tenants.accounts.middleware.ScopeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "seatline.urls"
ASGI_APPLICATION = "seatline.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "seatline" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        # A dead or frozen server must be an error in words, not a hanging page.
        "OPTIONS": {"connect_timeout": 3, "options": "-c statement_timeout=30s -c lock_timeout=10s"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


_MAIL = urlsplit(environment.text("SEATLINE_MAIL_URL"))
EMAIL_HOST = _MAIL.hostname or "localhost"
EMAIL_USE_SSL = _MAIL.scheme == "smtps"
EMAIL_PORT = _MAIL.port or (465 if EMAIL_USE_SSL else 25)
EMAIL_HOST_USER = unquote(_MAIL.username or "")
EMAIL_HOST_PASSWORD = unquote(_MAIL.password or "")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = environment.text("SEATLINE_MAIL_FROM")

DATABASES = {"default": _database(environment.text("DATABASE_URL"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "tenants.User"

AUTH_PASSWORD_VALIDATORS = [
    # Length and known passwords only: no rules of composition (ASVS 5.0, 6.2.4, 6.2.5).
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
# Ours, and what others left in English: unfold, and the sentences of our errors, which stand in docstrings.
LOCALE_PATHS = [ROOT / "locale", ROOT / "locale_others"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.text("SEATLINE_TIME_ZONE")

STATIC_URL = "static/"
STATIC_ROOT = ROOT / ".local" / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": VAR / "files"}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Too large a file is refused while it comes in (seatline/uploads.py); Django's own two keep what is not.
FILE_UPLOAD_HANDLERS = [
    "seatline.uploads.BoundedUpload",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "seatline.api.schema.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    "COERCE_DECIMAL_TO_STRING": True,
    "DATETIME_FORMAT": "iso-8601",
}
# Requests a minute of a key or person, and of an address without one.
API_RATES = {"known": "1200/min", "stranger": "120/min"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Seatline",
    "DESCRIPTION": (
        "Seats, numbers, flows, queues, agents, calls and bills of a call centre for many. All is done on behalf of "
        "whoever asks: a key or session of a tenant sees that tenant alone. Lists come in pages: follow `next`. "
        "Instants are ISO 8601 in UTC, lengths are seconds, amounts are decimals as text with a currency beside them."
    ),
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": False,
    "POSTPROCESSING_HOOKS": ["seatline.api.schema.finish"],
}

# Usage is brought in every five seconds: a job that succeeded leaves nothing behind.
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful"}

logs.configure()
LOGGING = logs.logging_config(environment.text("SEATLINE_LOG_LEVEL"))

UNFOLD = {
    "SITE_TITLE": "Seatline",
    "SITE_HEADER": "Seatline",
    "SITE_SUBHEADER": _("call centre for many"),
    "SITE_URL": None,
    "SITE_DROPDOWN": [{"icon": "code", "title": _("Source code (AGPL)"), "link": "/source.tar.gz"}],
    "SITE_SYMBOL": "headset_mic",
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": True,
    "DASHBOARD_CALLBACK": "seatline.dashboard.dashboard",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("seatline/icon.svg")}],
    "STYLES": [lambda request: static("seatline/admin.css")],
    "SIDEBAR": {"show_search": True, "command_search": True, "navigation": "seatline.navigation.sidebar"},
    "COMMAND": {
        "search_models": ["tenants.tenant", "tenants.number", "agents.agent", "telephony.queue", "billing.contract"]
    },
    "COLORS": {
        "primary": {
            "50": "oklch(97.1% .014 237)", "100": "oklch(94% .03 237)", "200": "oklch(88.5% .06 235)",
            "300": "oklch(80% .1 234)", "400": "oklch(70.5% .13 235)", "500": "oklch(61.5% .14 238)",
            "600": "oklch(53% .13 240)", "700": "oklch(46% .115 241)", "800": "oklch(40% .095 241)",
            "900": "oklch(35% .08 242)", "950": "oklch(26% .06 243)",
        }
    },
}  # fmt: skip
