"""gunicorn's settings in production, behind the TLS proxy. WEB_CONCURRENCY sets the processes."""

import re

from gunicorn.glogging import Logger

# As in config/logs.py, which cannot be imported here: secrets of mailed links.
_LINKS = re.compile(r"(/pokana/|/kalendar/|/pregled/[^/\s?]+/|/password/reset/key/)[^/\s?]+")


class QuietLogger(Logger):
    """Keeps the secret part of mailed links out of the access log."""

    def atoms(self, resp, req, environ, request_time):
        atoms = super().atoms(resp, req, environ, request_time)
        atoms["U"] = _LINKS.sub(r"\1…", atoms["U"])
        return atoms


logger_class = QuietLogger
bind = "0.0.0.0:8000"
threads = 4
timeout = 60
graceful_timeout = 30
max_requests = 2000  # a process that leaks is replaced before it matters
max_requests_jitter = 200
worker_tmp_dir = "/dev/shm"
control_socket_disable = True
# Only the proxy's network reaches this port.
forwarded_allow_ips = "*"
# The path without the query: people type needs and names into the search field.
accesslog = "-"
access_log_format = "%(t)s %(m)s %(U)s %(s)s %(M)sms [%({x-request-id}o)s]"
