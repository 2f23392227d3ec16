"""Runs the command of its arguments, and prints what that cost as a line of JSON; its exit status is the command's.

What the command says goes to standard error. It is started from here because this process is small: Linux counts the
memory of a process that starts another as the other's, too (`ru_maxrss` outlives the `exec`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

MEGABYTE = 1024 * 1024
RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in a step of ru_maxrss: getrusage(2)


def main() -> None:
    started = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
    peak = usage.ru_maxrss * RSS_UNIT / MEGABYTE
    print(json.dumps({"seconds": seconds, "cpu_seconds": usage.ru_utime + usage.ru_stime, "peak_megabytes": peak}))  # noqa: T201
    sys.exit(process.returncode)


if __name__ == "__main__":
    main()
