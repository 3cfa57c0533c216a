"""Logging: one line a record on stderr, with the request's reference number."""

import logging

from municipalities.links import without_tokens


class HideTokens(logging.Filter):
    """Takes the secret part of mailed links out of what is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_tokens(record.getMessage()), ()
        return True


def logging_config(mode: str) -> dict:
    """Return Django's LOGGING dictionary for ``mode`` (production, demo, test).

    Lines carry ``request_id`` (shown to people on error pages) and never form data or names.
    """
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": "municipalities.requestid.RequestIdFilter"},
            "tokens": {"()": "config.logs.HideTokens"},
        },
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id", "tokens"],
                "formatter": "line",
            },
            "nowhere": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["console"], "level": "WARNING" if mode != "production" else "INFO"},
        "loggers": {
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # Scanners ask for other hosts all day; each would be a traceback in the log.
            "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
        },
    }
