"""Django settings, all of them from `NENRIN_*` environment variables (docs/configuration.md)."""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

PACKAGE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("NENRIN_HOME", "var")).resolve()
LAKE = HOME / "lake"
MEDIA_ROOT = HOME / "media"

#: SQLite before this version can lose committed writes in WAL mode when two connections race.
SOUND_SQLITE = (3, 51, 3)
SQLITE_IS_SOUND = sqlite3.sqlite_version_info >= SOUND_SQLITE


def _flag(name: str, default: bool = False) -> bool:
    return os.environ.get(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


def _one_of(name: str, known: str) -> str:
    """A setting with few values; the first is the default."""
    value = os.environ.get(name, "").lower() or known.split()[0]
    if value not in known.split():
        raise ImproperlyConfigured(f"{name}={value}: expected one of {', '.join(known.split())}")
    return value


def _count(name: str, default: int) -> int:
    value = os.environ.get(name, "") or str(default)
    if not (value.isascii() and value.isdigit()):
        raise ImproperlyConfigured(f"{name}={value}: expected a whole number")
    return int(value)


def _secret() -> str:
    """The signing key: from the environment, else from the home's own file, made on first use."""
    given = os.environ.get("NENRIN_SECRET_KEY")
    if given is not None:
        if len(given) < 32:
            raise ImproperlyConfigured("NENRIN_SECRET_KEY needs 32 characters or more")
        return given
    file = HOME / "secret.key"
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return _new_secret(file)
    except OSError as problem:
        raise ImproperlyConfigured(f"{file} is there but unreadable ({problem.strerror}); make it readable") from None


def _new_secret(file: Path) -> str:
    HOME.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text().strip()
    with os.fdopen(descriptor, "w") as out:
        key = secrets.token_urlsafe(48)
        out.write(key)
    return key


def _sqlite(path: Path) -> dict[str, object]:
    """FULL: what is acknowledged is on the disk. IMMEDIATE: a writer waits at the start, never in the middle."""
    journal = "WAL" if SQLITE_IS_SOUND else "DELETE"
    return {
        "ENGINE": "nenrin.foundation.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode={journal}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;",
        },
        "TEST": {"NAME": HOME / f"test-{os.getpid()}.sqlite3"},
    }


def _postgres(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    host, _, port = parts.netloc.rpartition("@")[2].partition(":")  # `hostname` would lower a socket's folder
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(host),
        "PORT": port,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


DATABASE_URL = os.environ.get("NENRIN_DATABASE_URL", "")
DATABASES = {"default": _postgres(DATABASE_URL) if DATABASE_URL else _sqlite(HOME / "nenrin.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = _secret()
DEBUG = _flag("NENRIN_DEBUG")
COMPAT_200 = _flag("NENRIN_COMPAT_200")  # answer an unknown write key with 200, as Segment does
ALLOWED_HOSTS = [host.strip() for host in os.environ.get("NENRIN_HOSTS", "127.0.0.1,localhost,[::1]").split(",")]
BASE_URL = os.environ.get("NENRIN_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
IS_SECURE = BASE_URL.startswith("https://")
if DEBUG and os.environ.get("NENRIN_HOSTS"):
    raise ImproperlyConfigured("NENRIN_DEBUG shows secrets to visitors: unset it where NENRIN_HOSTS is set")

INSTALLED_APPS = [
    "nenrin.foundation",
    "nenrin.customers",
    "nenrin.ingest",
    "nenrin.insight",
    "nenrin.work",
    "nenrin.engage",
    "nenrin.playbooks",
    "nenrin.api",
    "nenrin.web",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "lucide",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]
MIDDLEWARE = [
    "nenrin.api.fence.fence",
    "nenrin.web.middleware.request_id",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "nenrin.web.middleware.idle",
    "nenrin.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "nenrin.urls"
WSGI_APPLICATION = "nenrin.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "nenrin.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "nenrin.web.templatetags.nenrin",
                "template_partials.templatetags.partials",
            ],
        },
    }
]

AUTH_USER_MODEL = "foundation.Member"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_ADAPTER = "nenrin.web.own.sign_in.InvitedOnly"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers whose address somebody typed
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "nenrin.foundation.members.display_name"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/5m/key"}  # the key is address and place: nenrin.web.own.sign_in
MFA_ADAPTER = "nenrin.web.own.second_steps.Kept"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Nenrin"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 7 * 24 * 3600
SESSION_IDLE_SECONDS = 8 * 3600
SESSION_COOKIE_NAME = "__Host-sid" if IS_SECURE else "sid"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_SECURE else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [BASE_URL]
CSRF_FAILURE_VIEW = "nenrin.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
#: Read before any other part sees a body: 5 MB inflated is the door's own limit, uploads stream to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
FILE_UPLOAD_TEMP_DIR = None
TRUSTED_PROXY_HOPS = _count("NENRIN_PROXY_HOPS", 0)
#: Behind proxies that are counted, and only there, their headers say who calls and whether by TLS.
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_HOPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_HOPS else None

LANGUAGE_CODE = "ja"
LANGUAGES = [("ja", _("Japanese")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = sorted((PACKAGE / "web" / "locale").glob("*"))
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = _flag("NENRIN_DEBUG")
WHITENOISE_MAX_AGE = 3600

EMAIL_HOST = os.environ.get("NENRIN_SMTP_HOST", "")
EMAIL_PORT = _count("NENRIN_SMTP_PORT", 587)
EMAIL_HOST_USER = os.environ.get("NENRIN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("NENRIN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("NENRIN_SMTP_TLS", default=True)
#: Without a mail server nothing is sent, and no link that sets a password goes to a log: `nenrin users reset` prints one.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("NENRIN_MAIL_FROM", "nenrin@localhost")

#: Where members forward or copy mails to for the timeline; each has an own one of it (timeline+7.mark@...).
RECEIVE_ADDRESS = os.environ.get("NENRIN_RECEIVE_ADDRESS", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "nenrin.foundation.logs.Line"}, "json": {"()": "nenrin.foundation.logs.Json"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": _one_of("NENRIN_LOG_FORMAT", "line json")}},
    "root": {"handlers": ["err"], "level": _one_of("NENRIN_LOG", "warning debug info error").upper()},
}
