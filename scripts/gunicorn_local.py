"""gunicorn's settings under ``make run``: this machine only, no log of requests."""

import os
import signal

bind = f"127.0.0.1:{os.environ.get('PORT') or '8000'}"
workers = 2
threads = 4
loglevel = "warning"
graceful_timeout = 5
control_socket_disable = True


def when_ready(server):
    """Say where the portal is once it listens."""
    print(os.environ.get("PORTAL_WELCOME", ""), flush=True)


def post_worker_init(worker):
    """Leave Ctrl+C to the parent: two signals at once can lock a worker's thread pool for good."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
