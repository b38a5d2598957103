"""Django's settings. Everything that differs between installations comes from the environment (``DRIFTA_*``)."""

import base64
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from drifta.kernel.keys import derived, key_in

PACKAGE = Path(__file__).resolve().parent.parent

DATA_DIR = Path(os.environ.get("DRIFTA_DATA", "var")).resolve()
FILES_DIR = DATA_DIR / "files"
MASTER_KEY_FILE = Path(os.environ.get("DRIFTA_MASTER_KEY_FILE", DATA_DIR / "keys" / "master.key"))
SIGNING_KEY_FILE = Path(os.environ.get("DRIFTA_SIGNING_KEY_FILE", DATA_DIR / "keys" / "signing.key"))

#: Where people reach Drifta, as it stands in mails; without a slash at the end.
BASE_URL = os.environ.get("DRIFTA_URL", "http://127.0.0.1:8000").rstrip("/")
SECURE = BASE_URL.startswith("https://")


def _secret_key() -> str:
    """Return Django's secret key, made from the signing key; random where there is no data directory (type checks)."""
    key = key_in(SIGNING_KEY_FILE) if DATA_DIR.exists() else os.urandom(32)
    return base64.b64encode(derived(key, "django")).decode()


def database(url: str) -> dict[str, Any]:
    """Turn a PostgreSQL connection string (``postgresql://user@host/name``, sockets included) into Django's form."""
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": str(parts.pop("dbname", "drifta")),
        "USER": str(parts.pop("user", "")),
        "PASSWORD": str(parts.pop("password", "")),
        "HOST": str(parts.pop("host", "")),
        "PORT": str(parts.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "options": "-c pg_trgm.word_similarity_threshold=0.4",  # forgives one or two wrong letters a word
            **parts,
            "application_name": os.environ.get("DRIFTA_PROCESS", "drifta"),
        },
        "TEST": {"TEMPLATE": "template0", "CHARSET": "UTF8"},
    }


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("DRIFTA_DEBUG") == "1"
ALLOWED_HOSTS = (
    ["*"]
    if os.environ.get("DRIFTA_ANY_HOST") == "1"
    else [
        urlsplit(BASE_URL).hostname or "127.0.0.1",
        "localhost",
        "127.0.0.1",
        "[::1]",
        *filter(None, os.environ.get("DRIFTA_HOSTS", "").split(",")),
    ]
)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
DATABASES = {"default": database(os.environ.get("DRIFTA_DATABASE_URL", "postgresql:///drifta"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ninja",
    "template_partials",
    "drifta.kernel",
    "drifta.ui",
    "drifta.people",
    "drifta.inventory",
    "drifta.desk",
    "drifta.channels",
    "drifta.monitoring",
    "drifta.site",
]

MIDDLEWARE = [
    "drifta.site.web.traffic.counted",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "drifta.site.web.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "drifta.people.sessions.track",
    "drifta.site.web.middleware.actor",
    "drifta.site.web.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "drifta.site.api.middleware.problems",
    "drifta.site.api.middleware.limit",
    "drifta.site.api.middleware.idempotent",
    "drifta.site.web.middleware.errors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "drifta.ui.context.shell",
            ],
            "builtins": ["drifta.ui.templatetags.drifta", "django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

ROOT_URLCONF = "drifta.site.urls"
WSGI_APPLICATION = "drifta.site.web.wsgi.application"

AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = [
    "drifta.kernel.permissions.RuleBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "drifta.people.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_CHANGE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SECURE else "http"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_FORMS = {
    "login": "drifta.people.sign_in_forms.LoginForm",
    "reset_password": "drifta.people.sign_in_forms.ResetPasswordForm",
    "reset_password_from_key": "drifta.people.sign_in_forms.ResetPasswordKeyForm",
    "change_password": "drifta.people.sign_in_forms.ChangePasswordForm",
    "reauthenticate": "drifta.people.sign_in_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "drifta.people.sign_in_forms.AuthenticateForm",
    "reauthenticate": "drifta.people.sign_in_forms.ReauthenticateCodeForm",
    "activate_totp": "drifta.people.sign_in_forms.ActivateTotpForm",
    "add_webauthn": "drifta.people.sign_in_forms.AddKeyForm",
    "edit_webauthn": "drifta.people.sign_in_forms.EditKeyForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE
MFA_ADAPTER = "drifta.people.sign_in.MfaAdapter"
MFA_TOTP_ISSUER = "Drifta"
MFA_TOTP_TOLERANCE = 1  # the code before and after count too, for slow typing and clocks (RFC 6238 §5.2)

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "drifta_session"
CSRF_COOKIE_NAME = "drifta_csrf"
CSRF_FAILURE_VIEW = "drifta.site.web.errors.csrf"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        # Attempts to sign in are counted here. With room for a few hundred, who tries often enough would be forgotten.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
EMAIL_BACKEND = "drifta.channels.system_mail.OutboxBackend"
DEFAULT_FROM_EMAIL = "drifta@localhost"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("sv", _("Swedish")), ("nb", _("Norwegian Bokmål"))]
LANGUAGE_COOKIE_NAME = "drifta_language"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = os.environ.get("DRIFTA_TIME_ZONE", "Europe/Stockholm")

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 3600

#: Forms and API bodies beside files; a single upload's limit is a setting of the desk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
SILENCED_SYSTEM_CHECKS = ["models.W042"]

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "uvicorn.access": {"level": "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
    },
}
