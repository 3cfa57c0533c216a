"""A real server process on the database of a test, to be killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import psutil
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds until a started server answers


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return any_port.getsockname()[1]


class PortalServer:
    """gunicorn on a port that stays the same however often it is killed.

    The code is loaded before the worker is made (``--preload``), so that a killed worker is
    replaced in a moment; a killed server has to be started by ``start``.
    """

    def __init__(self, app: str = "tests.support.wsgi") -> None:
        self._app = app
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        database = urlsplit(os.environ["DATABASE_URL"])
        name = connection.settings_dict["NAME"]
        self._environment = {
            **os.environ,
            "DATABASE_URL": database._replace(path=f"/{name}").geturl(),
            "SITE_URL": self.url,
        }
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self, *, wait: bool = True) -> None:
        """Start the server; with ``wait`` return when it answers."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--preload", "--workers", "1", "--threads", "4",
             "--bind", f"127.0.0.1:{self.port}", "--no-control-socket", "--log-level", "critical",
             self._app],
            cwd=ROOT, env=self._environment, start_new_session=True,
        )  # fmt: skip
        if wait:
            self.wait()

    def wait(self) -> None:
        """Return when the server answers; raises TimeoutError."""
        for _try in range(PATIENCE * 20):
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    return
            except OSError:
                time.sleep(0.05)
        raise TimeoutError("the server does not answer")

    def kill(self) -> None:
        """Kill the server and its worker as a cut of the power would: SIGKILL, at once."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def kill_worker(self) -> None:
        """Kill the process that answers; the server makes another."""
        assert self._process
        for worker in psutil.Process(self._process.pid).children():
            worker.kill()
