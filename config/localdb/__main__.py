"""``python -m config.localdb``: a command with a database, or the database forgotten."""

import sys

from config.localdb import LocalDatabaseError, remove
from config.localdb.command import execute
from config.localdb.messages import say


def main(arguments: list[str]) -> int:
    """Run the command line described in the module's docstring; return the exit code."""
    try:
        match arguments:
            case ["exec", "--test", "--", *command] if command:
                return execute(command, disposable=True)
            case ["exec", "--", *command] if command:
                return execute(command)
            case ["remove"]:
                remove()
                return 0
        say("Употреба: python -m config.localdb exec [--test] -- КОМАНДА … | remove")
        return 2
    except LocalDatabaseError as fault:
        say(str(fault))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
