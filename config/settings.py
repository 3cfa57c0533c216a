"""Settings, from the environment only.

``FRONTOFFICE_MODE`` is ``production`` unless something says otherwise, and production refuses to
start with a missing or default secret, with DEBUG, or without its hosts (see ``config/guard.py``).
``demo`` is what ``make run`` uses, ``test`` is the test suite.
"""

from pathlib import Path

import environ

from config.guard import known_mode, refuse_unsafe_production
from config.identity import providers_from
from config.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = known_mode(env.str("FRONTOFFICE_MODE", default="production"))
IS_PRODUCTION = MODE == "production"
DEMO_MODE = MODE == "demo"
IS_TEST = MODE == "test"

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str(
    "SECRET_KEY", default="" if IS_PRODUCTION else "insecure-only-for-demo-and-test"
)
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[] if IS_PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"],
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
# The portal's own address, for mails that no request causes: reminders of every morning.
_ORIGINS = [*CSRF_TRUSTED_ORIGINS, *(f"https://{host}" for host in ALLOWED_HOSTS if IS_PRODUCTION)]
SITE_URL = env.str(
    "SITE_URL", default=(*_ORIGINS, f"http://127.0.0.1:{env.str('PORT', default='8000')}")[0]
)
DEMO_PASSWORD = env.str("DEMO_PASSWORD", default="demo-front-office")
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "municipalities",
    "services_registry",
    "projects",
    "frontoffice",
    "trainings",
    "campaigns",
    "referrals",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "csp",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "pgtrigger",
    "pghistory",
    "ninja",
]

MIDDLEWARE = [
    "municipalities.requestid.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "municipalities.middleware.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # Outside the transaction of the request: what allauth does after its commit needs these two.
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "municipalities.sessions.SessionClockMiddleware",
    "municipalities.sessions.SignInRequiredMiddleware",
    "municipalities.middleware.TenancyMiddleware",
    "municipalities.middleware.HistoryMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "municipalities.signin.factors.SecondFactorMiddleware",
    "municipalities.errors.NotAllowedMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "municipalities.context_processors.portal",
            ],
            "builtins": ["municipalities.templatetags.portal"],
        },
    }
]
FORM_RENDERER = "municipalities.forms_renderer.PortalFormRenderer"

DATABASES = {"default": env.db_url("DATABASE_URL", default="postgres://127.0.0.1/frontoffice")}
DATABASES["default"].update(
    ENGINE="django.db.backends.postgresql",
    ATOMIC_REQUESTS=False,  # TenancyMiddleware opens the request's transaction around rendering too
    CONN_HEALTH_CHECKS=True,
    OPTIONS={
        **DATABASES["default"].get("OPTIONS", {}),
        **(
            {}
            if IS_TEST
            else {
                # Five seconds, so that /readyz says soon that the database is away.
                "pool": {
                    "min_size": 1,
                    "max_size": env.int("DB_POOL_SIZE", default=8),
                    "timeout": 5,
                }
            }
        ),
        "application_name": "frontoffice",
    },
)
if IS_TEST:
    DATABASES["default"]["TEST"] = {"TEMPLATE": "template0"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "municipalities.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
if IS_TEST:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "municipalities.signin.passwords.LengthValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "municipalities.signin.passwords.RepetitionValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "landing"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "municipalities.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_DISPLAY = "municipalities.accounts.display_name"
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are made by an administrator, never by a visitor
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Фронт-офис] "
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {"login": "municipalities.signin.forms.SignInForm"}
# Counted in the cache below, for all processes together. A whole town hall may have one address.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "10/m/ip,100/h/ip,5/5m/key",
}
# Behind a proxy that ends TLS: how many of ours stand in X-Forwarded-For, else everybody has the
# proxy's address and is counted together.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=0)

# The second factor. The demo and the tests do without; production does not start without.
REQUIRE_MFA = env.bool("REQUIRE_MFA", default=IS_PRODUCTION)
MFA_ADAPTER = "municipalities.signin.factors.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a telephone may be half a minute off
MFA_FORMS = {
    "authenticate": "municipalities.signin.factors.CodeForm",
    "reauthenticate": "municipalities.signin.factors.ConfirmCodeForm",
    "add_webauthn": "municipalities.signin.keys.AddKeyForm",
    "authenticate_webauthn": "municipalities.signin.keys.KeyForm",
    "reauthenticate_webauthn": "municipalities.signin.keys.ConfirmKeyForm",
}

# The door of an identity provider (docs/sign-in.md), for people who already have an account.
SOCIALACCOUNT_PROVIDERS = providers_from(env.str("OIDC_PROVIDERS", default=""))
SOCIALACCOUNT_ADAPTER = "municipalities.signin.identity.IdentityAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
# A link, not a form: form-action 'self' lets no form lead to another host, by redirect either.
SOCIALACCOUNT_LOGIN_ON_GET = True

# Shared by all processes and hosts; the table comes with a migration. Few things are in it, and
# throwing some away early would forget who has guessed how often.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000, "CULL_FREQUENCY": 10},
    }
}

# Data keys: newest first (municipalities/secrets.py). The defaults are for demo and test only.
EXAMPLE_KEY = "aW5zZWN1cmUtb25seS1mb3ItZGVtby1hbmQtdGVzdCE="  # pragma: allowlist secret
DATA_KEYS = env.list("DATA_KEYS", default=[] if IS_PRODUCTION else [EXAMPLE_KEY])
INDEX_KEY = env.str("INDEX_KEY", default="" if IS_PRODUCTION else "insecure-only-for-demo-and-test")
PGHISTORY_APPEND_ONLY = True

LANGUAGE_CODE = "bg"
LANGUAGES = [("bg", "Български")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "Europe/Sofia"
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = False

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if IS_TEST
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"
# An operator's own fonts, for the Union's statement on documents alone (municipalities/typeset.py).
FONTS_DIR = env.str("FONTS_DIR", default="")
# How long after its end a project is still named on letters; its contract may say another term.
PROJECT_SUSTAINED_YEARS = env.int("PROJECT_SUSTAINED_YEARS", default=5)

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="front-office@example.bg")

SECURE_COOKIES = env.bool("SECURE_COOKIES", default=IS_PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_NAME = "__Host-session" if SECURE_COOKIES else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_COOKIES else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_AGE = None  # it goes when the browser is closed, as /lichni-danni/ says
SESSION_IDLE_SECONDS = env.int("SESSION_IDLE_SECONDS", default=30 * 60)
SESSION_WARNING_SECONDS = env.int("SESSION_WARNING_SECONDS", default=2 * 60)
SESSION_ABSOLUTE_SECONDS = env.int("SESSION_ABSOLUTE_SECONDS", default=12 * 60 * 60)
# The row outlives the session only to know whose late form arrives (municipalities/sessions.py).
SESSION_COOKIE_AGE = 2 * SESSION_ABSOLUTE_SECONDS
# How long what was typed and not saved stays after its last change (frontoffice/drafts).
DRAFTS_KEPT_DAYS = env.int("DRAFTS_KEPT_DAYS", default=30)
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=IS_PRODUCTION)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if IS_PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_HANDLERS = [
    "municipalities.uploads.QuotaHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}

LOGGING = logging_config(MODE)
PROCRASTINATE_ON_APP_READY = None
# Without a worker (`make run`, tests) tasks run in the process that asked, once it has committed.
# A table that was brought into the registry is kept so long; its import itself stays listed.
IMPORT_FILES_KEPT_DAYS = env.int("IMPORT_FILES_KEPT_DAYS", default=90)
TASKS_INLINE = env.bool("TASKS_INLINE", default=not IS_PRODUCTION)

if IS_PRODUCTION:
    refuse_unsafe_production(
        secret_key=SECRET_KEY,
        debug=DEBUG,
        allowed_hosts=ALLOWED_HOSTS,
        database_url=env.str("DATABASE_URL", default=""),
        data_keys=DATA_KEYS,
        index_key=INDEX_KEY,
        require_mfa=REQUIRE_MFA,
    )
