"""The command ``cartesia-stream``, a thin layer over the public API.

Commands write audio and results to a file or stdout, words and progress to stderr. They report a
failure as one line on stderr. The exit status is 1 if the service, the network or this machine
failed, and 2 if the arguments are wrong. The API key comes from the environment and never from an
option, because all users of a machine can read the options of a process.

This module imports as little as possible, so that Ctrl-C is quiet from the first moment.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command.

    Args:
        argv: Arguments without the program's name. By default those of the process; then signals
            that arrive before or after the command's own work end the process at once.

    Returns:
        The exit status: 0 for success, 1 if the service, the network or this machine failed, 2 if
        the arguments are wrong, 128 plus its number after a signal: 130 after Ctrl-C, 143 after
        SIGTERM, 129 after SIGHUP. ``emulate -- COMMAND`` returns the status of the command.
    """
    try:
        if argv is None:
            from .signals import leave_at_once

            leave_at_once()
        from .program import run

        return run(argv)
    except KeyboardInterrupt:
        return 130
