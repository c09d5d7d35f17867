"""What the libraries really raise when the machine refuses, each provoked in a process with a limit."""

import errno
import os
import subprocess
import sys

import numpy as np
import pyarrow
import pytest
import torch

from atrous.runtime.failures import refusal

HUGE = 10**14  # bytes; no machine gives them


@pytest.mark.parametrize(
    "ask, amount",
    [
        (lambda: bytearray(HUGE), ""),
        (lambda: np.empty(HUGE, np.uint8), "90.9 TiB"),
        (lambda: torch.empty(HUGE), "400000000000000 bytes"),
        (lambda: torch.empty(2**40, 2**30), ""),
        (lambda: pyarrow.allocate_buffer(10 * HUGE), "1000000000000000"),  # HUGE fits into some address spaces
    ],
    ids=["bytearray", "numpy", "torch", "torch, overflowing", "pyarrow"],
)
def test_memory_that_is_not_given_is_one_line(ask, amount):
    with pytest.raises((MemoryError, RuntimeError)) as caught:
        ask()
    said = refusal(caught.value)
    assert said.startswith("not enough memory" + (f" (asked for {amount}" if amount else ""))
    assert "smaller" in said
    assert "\n" not in said


WRITERS = {
    "python": "with open('out', 'wb') as file: file.write(bytes(10**6))",
    "numpy": "import numpy; numpy.save('out', numpy.zeros(10**6))",
    "torch": "import torch; torch.save(torch.zeros(10**6), 'out')",
    "torch, into a file": "import torch\nwith open('out', 'wb') as file: torch.save(torch.zeros(10**6), file)",
    "safetensors": "import torch, safetensors.torch as s; s.save_file({'a': torch.zeros(10**6)}, 'out')",
}


@pytest.mark.parametrize("writer", WRITERS)
def test_a_disk_that_takes_no_more_is_one_line(tmp_path, writer):
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "from atrous.runtime.failures import refusal\n"
        f"try: exec({WRITERS[writer]!r})\n"
        "except Exception as error: print(refusal(error, place='out'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("out: "), done.stdout
    if writer in ("numpy", "torch"):  # writers that lose the reason
        assert "no room left" in done.stdout
    else:
        assert "File too large" in done.stdout


@pytest.mark.parametrize(
    "number, words",
    [
        (errno.ENOSPC, "no room left"),
        (errno.EDQUOT, "no room left"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EROFS, "check its permissions"),
        (errno.EACCES, "check its permissions"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EIO, "check the path and the disk"),
        (errno.ENOMEM, "not enough memory"),
    ],
)
def test_what_the_system_refuses_names_the_file_and_what_to_do(number, words):
    error = OSError(number, os.strerror(number), "runs/tcn")
    assert words in refusal(error)
    assert number == errno.ENOMEM or refusal(error).startswith("runs/tcn: ")
    assert refusal(OSError(number, os.strerror(number))).count(": ") == 0


@pytest.mark.parametrize("error", [RuntimeError("a bug"), KeyError("x"), ValueError(3), AssertionError()])
def test_a_mistake_of_ours_is_no_refusal(error):
    assert refusal(error) == ""
