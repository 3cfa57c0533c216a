"""What production will not start with."""

from django.core.exceptions import ImproperlyConfigured

MODES = ("production", "demo", "test")
SHORTEST_SECRET = 50
FERNET_KEY = 44  # 32 bytes in base64


def known_mode(mode: str) -> str:
    """Return ``mode``; raise ImproperlyConfigured for one that does not exist.

    A misspelt „production“ would otherwise start without the checks below.
    """
    if mode not in MODES:
        raise ImproperlyConfigured(
            f"FRONTOFFICE_MODE е „{mode}“, а може да е {', '.join(MODES)}. Без нея е production."
        )
    return mode


def refuse_unsafe_production(
    *,
    secret_key: str,
    debug: bool,
    allowed_hosts: list[str],
    database_url: str,
    data_keys: list[str],
    index_key: str,
    require_mfa: bool = True,
) -> None:
    """Raise ImproperlyConfigured, naming every unsafe setting at once.

    The messages are for the operator who reads the log of a service that did not come up.
    """
    faults = []
    if len(secret_key) < SHORTEST_SECRET or secret_key.startswith(("insecure", "django-insecure")):
        faults.append(f"SECRET_KEY липсва, стойността е примерна или е под {SHORTEST_SECRET} знака")
    if debug:
        faults.append("DEBUG трябва да е изключен")
    if not allowed_hosts or "*" in allowed_hosts:
        faults.append("ALLOWED_HOSTS трябва да изброява имената на портала")
    if not database_url:
        faults.append("DATABASE_URL липсва")
    if not data_keys or not all(map(_is_own_key, data_keys)):
        faults.append("DATA_KEYS трябва да изброява ключове за личните данни (виж .env.example)")
    if len(index_key) < SHORTEST_SECRET or index_key.startswith("insecure"):
        faults.append(f"INDEX_KEY липсва, стойността е примерна или е под {SHORTEST_SECRET} знака")
    if not require_mfa:
        faults.append("REQUIRE_MFA не може да е изключено: зад паролата има лични данни")
    if faults:
        raise ImproperlyConfigured("Порталът отказва да тръгне: " + "; ".join(faults) + ".")


def _is_own_key(key: str) -> bool:
    """Say whether ``key`` is 32 bytes in base64 and not the one that stands in the settings."""
    return len(key) == FERNET_KEY and not key.startswith("aW5zZWN1cmU")
