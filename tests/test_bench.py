"""The bench, told to end while a command runs that it measures, ends, and the command with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from running import environment

MEASURE = """
import sys
from pathlib import Path
from bench import material, servers
material.CACHE = Path(sys.argv[1])
servers.end_cleanly()
material.run([sys.executable, "-c", "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); time.sleep(600)", sys.argv[2]])
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_bench_that_is_told_to_end_does_not_wait_for_what_it_measures(tmp_path: Path, number: signal.Signals) -> None:
    began = tmp_path / "began"
    process = subprocess.Popen([sys.executable, "-c", MEASURE, tmp_path, began], env=environment(), stderr=subprocess.PIPE)
    deadline = time.monotonic() + 30
    while not (began.exists() and began.read_text("ascii")):
        assert process.poll() is None
        assert time.monotonic() < deadline, "the command did not begin"
        time.sleep(0.01)
    process.send_signal(number)
    process.communicate(timeout=30)
    assert process.returncode not in {None, 0}
    with pytest.raises(ProcessLookupError):
        os.kill(int(began.read_text("ascii")), 0)
