# -*- coding: utf-8 -*-
"""First step of every ``make`` target: a Python, the ``.venv`` and the pinned packages.

``bootstrap.py run`` prepares and serves the demo; ``bootstrap.py install local|dev`` only installs.

Standard library only, and written so that an old Python can read it far enough to say that it is
too old (or to hand over to a newer one on the path). Nothing is done twice: packages are installed
when the requirements file differs from the one installed last.
"""

from __future__ import print_function, unicode_literals

import contextlib
import errno
import hashlib
import io
import json
import os
import socket
import subprocess
import sys

PROJECT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(PROJECT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "requirements.json")
OLDEST = (3, 11)
OTHERS = ("python3.14", "python3.13", "python3.12", "python3.11", "python3")
NEEDED_MB = {"local": 600, "dev": 1100}
PROBE = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"


class Stop(Exception):
    """The work cannot go on; the message says in Bulgarian why and what to do."""


def say(text):
    """Print a line as UTF-8 whatever the terminal's locale claims."""
    stream = getattr(sys.stdout, "buffer", sys.stdout)
    stream.write((text + "\n").encode("utf-8"))
    stream.flush()


# Python


def is_new_enough(version):
    """Tell whether ``version`` (major, minor, …) can run the portal."""
    return tuple(version[:2]) >= OLDEST


def too_old(version):
    """Return the message for a machine whose newest Python is ``version``."""
    return "Python твърде стар: намерен е {0}.{1}, а е нужен {2}.{3} или по-нов.".format(
        *(tuple(version[:2]) + OLDEST)
    )


def can_make_venv(program):
    """Tell whether ``program`` is a new enough Python with the modules venv and ensurepip."""
    try:
        with open(os.devnull, "w") as nowhere:
            said = subprocess.check_output([program, "-c", PROBE], stderr=nowhere)
    except (OSError, subprocess.CalledProcessError):
        return False
    return is_new_enough([int(part) for part in said.decode("ascii").split(".")])


def find_python():
    """Return a Python that can make the virtual environment; raise Stop with the reason if none."""
    for program in (sys.executable,) + OTHERS:
        if program and can_make_venv(program):
            return program
    if is_new_enough(sys.version_info):
        raise Stop(
            "Python {0}.{1} е без модула venv. В Debian и Ubuntu: apt install python3-venv".format(
                *sys.version_info[:2]
            )
        )
    raise Stop(too_old(sys.version_info))


# The virtual environment


def make_venv(python):
    """Make ``.venv`` where there is no working one."""
    for folder in (PROJECT, VENV):
        if os.path.exists(folder) and not os.access(folder, os.W_OK):
            raise Stop("Нямате право да пишете в {0}: папката е на друг.".format(folder))
    if can_make_venv(VENV_PYTHON) and runs([VENV_PYTHON, "-m", "pip", "--version"]):
        return
    say("Правя средата .venv …")
    if not runs([python, "-m", "venv", "--clear", VENV], quiet=False):
        raise Stop("Средата .venv не може да се направи (причината е по-горе).")


def install(wanted):
    """Install ``requirements/<wanted>.txt`` unless exactly that is installed already."""
    installed = read_stamp()
    now = {name: fingerprint(name) for name in ("local", "dev")}
    if installed.get(wanted) == now[wanted]:
        return
    check_disk(wanted)
    say("Инсталирам пакетите от requirements/{0}.txt (първия път: около минута) …".format(wanted))
    with contextlib.suppress(OSError):
        os.remove(STAMP)
    command = [VENV_PYTHON, "-m", "pip", "install", "--quiet", "--quiet", "--no-input"]
    command += ["--disable-pip-version-check", "--require-hashes"]
    command += ["-r", os.path.join(PROJECT, "requirements", wanted + ".txt")]
    if not runs(command, quiet=False):
        raise Stop("Пакетите не се инсталираха (причината е по-горе). Има ли връзка с мрежата?")
    # What tests need contains what the portal needs, at the same versions.
    done = now if wanted == "dev" else {"local": now["local"]}
    with io.open(STAMP, "w", encoding="utf-8") as stamp:
        stamp.write(json.dumps(done))


def fingerprint(name):
    """Return a digest of the requirements file and of the Python that they are installed for."""
    with open(os.path.join(PROJECT, "requirements", name + ".txt"), "rb") as file:
        digest = hashlib.sha256(file.read())
    digest.update(subprocess.check_output([VENV_PYTHON, "--version"]))
    return digest.hexdigest()


def read_stamp():
    """Return what was installed last: names of requirements files with their digests."""
    try:
        with io.open(STAMP, encoding="utf-8") as stamp:
            return json.load(stamp)
    except (OSError, ValueError):
        return {}


def check_disk(wanted, free=None):
    """Raise Stop where less is free (bytes) on the project's disk than installing needs."""
    import shutil

    free_mb = (shutil.disk_usage(PROJECT).free if free is None else free) // 2**20
    if free_mb < NEEDED_MB[wanted]:
        raise Stop(
            "Няма място на диска: нужни са {0} MB, свободни са {1} MB в {2}.".format(
                NEEDED_MB[wanted], free_mb, PROJECT
            )
        )


@contextlib.contextmanager
def one_at_a_time():
    """Hold the lock that keeps two ``make`` from installing into one ``.venv`` at once."""
    import fcntl

    with open(os.path.join(PROJECT, "requirements", "base.in")) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def runs(command, quiet=True):
    """Run ``command``; tell whether it ended well. A quiet one prints nothing."""
    try:
        if not quiet:
            return subprocess.call(command, cwd=PROJECT) == 0
        with open(os.devnull, "w") as nowhere:
            return subprocess.call(command, cwd=PROJECT, stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


# The port


def check_port(text):
    """Return the port named by ``text``; raise Stop where it is no port or nobody may listen."""
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Stop("PORT={0} не е порт: число от 1 до 65535.".format(text))
    port = int(text)
    probe = socket.socket()
    try:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
    except OSError as fault:
        if fault.errno == errno.EACCES:
            raise Stop("Порт {0} иска права на root: PORT=8000 make run".format(port))
        raise Stop(
            "Порт {0} е зает. Ако порталът вече работи, отворете http://127.0.0.1:{0}/ ; иначе "
            "спрете другата програма или изберете друг порт: PORT={1} make run".format(
                port, port + 1 if port < 65535 else 8000
            )
        )
    finally:
        probe.close()
    return port


def main(arguments):
    """Run the command line described in the module's docstring; return the exit code."""
    if arguments not in (["run"], ["install", "local"], ["install", "dev"]):
        say("Употреба: bootstrap.py run | install local | install dev")
        return 2
    try:
        python = find_python()
        if not is_new_enough(sys.version_info):
            os.execvp(python, [python, os.path.abspath(__file__)] + arguments)
        serving = arguments == ["run"]
        if serving:
            check_port(os.environ.get("PORT") or "8000")
        with one_at_a_time():
            make_venv(python)
            install("local" if serving else arguments[1])
        if serving:
            serve = os.path.join(PROJECT, "scripts", "serve.py")
            os.execv(VENV_PYTHON, [VENV_PYTHON, serve])
    except Stop as reason:
        say(reason.args[0])
        return 1
    except EnvironmentError as fault:
        say("Не стана: {0}".format(fault))
        return 1
    except KeyboardInterrupt:
        say("\nПрекъснато. Следващото пускане продължава оттук.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
