import os
import resource
import signal
import subprocess
import sys

import pytest
import torch

from atrous.errors import DataError
from atrous.training.checkpoint import CHECKPOINT, read, write


def test_a_checkpoint_is_read_as_it_was_written_and_a_new_one_takes_its_place(tmp_path):
    path = tmp_path / CHECKPOINT
    for number in range(3):
        write({"weights": torch.full((3,), float(number)), "log": "a\nb"}, path)
    assert read(path)["weights"].tolist() == [2, 2, 2]
    assert [file.name for file in tmp_path.iterdir()] == [CHECKPOINT]


def test_a_checkpoint_cannot_run_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "evil"),)

    torch.save({"weights": Evil()}, tmp_path / CHECKPOINT)
    with pytest.raises(Exception, match="weights_only"):
        read(tmp_path / CHECKPOINT)
    assert not (tmp_path / "evil").exists()


@pytest.fixture
def small_files():
    """No file may grow above 100 kB, as on a disk that is full."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.getsignal(signal.SIGXFSZ)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_on_a_full_disk_the_old_checkpoint_stays_and_the_user_is_told(tmp_path, small_files):
    path = tmp_path / CHECKPOINT
    write({"weights": torch.ones(3)}, path)
    with pytest.raises(
        DataError, match=r"checkpoint.pt: the checkpoint cannot be written \(File too large\); make room"
    ):
        write({"weights": torch.ones(1_000_000)}, path)
    assert read(path)["weights"].tolist() == [1, 1, 1]
    assert [file.name for file in tmp_path.iterdir()] == [CHECKPOINT]


def test_a_kill_within_a_write_leaves_the_old_checkpoint_whole(tmp_path):
    path = tmp_path / CHECKPOINT
    write({"weights": torch.ones(3)}, path)
    code = (
        "import os, pathlib, signal, sys, torch\n"
        "from atrous.training.checkpoint import write\n"
        "os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL)\n"
        "write({'weights': torch.zeros(100_000)}, pathlib.Path(sys.argv[1]))\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(tmp_path.iterdir())) == 2  # what it had begun lies beside
    assert read(path)["weights"].tolist() == [1, 1, 1]
    write({"weights": torch.zeros(3)}, path)
    assert [file.name for file in tmp_path.iterdir()] == [CHECKPOINT]
