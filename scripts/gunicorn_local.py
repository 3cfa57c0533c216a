"""gunicorn's settings under ``make run``: this machine only, no log of requests."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or '8000'}"
workers = 2
threads = 4
loglevel = "warning"
control_socket_disable = True


def when_ready(server):
    """Say where the portal is once it listens."""
    print(os.environ.get("PORTAL_WELCOME", ""), flush=True)
