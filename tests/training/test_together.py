import pytest
from torch import distributed

from atrous.errors import AtrousError, ConfigError
from atrous.runtime.processes import Processes
from atrous.training.together import agreed, connected, each_has, meet


def test_one_process_agrees_with_itself_and_connects_to_nobody():
    with connected(Processes(), "cpu"):
        assert not distributed.is_initialized()
        assert [agreed(Processes(), wish) for wish in (True, False)] == [True, False]
        assert each_has(0.5, Processes()) == [0.5]
        meet(Processes())


def test_more_processes_than_gpus_are_refused(monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 1)
    with pytest.raises(ConfigError, match="started 2 processes here, and there are 1 GPUs"):  # noqa: SIM117
        with connected(Processes(0, 2, 2), "cuda"):
            pass


def test_the_end_of_another_process_is_said_in_a_sentence(monkeypatch):
    for name in ("init_process_group", "destroy_process_group"):
        monkeypatch.setattr(distributed, name, lambda *_, **__: None)
    for message, expected, said in (
        (
            "[/pytorch/third_party/gloo/pair.cc:537] Connection reset by peer",
            AtrousError,
            "another process of this run",
        ),
        ("mat1 and mat2 shapes cannot be multiplied", RuntimeError, "mat1"),
    ):
        with pytest.raises(expected, match=said), connected(Processes(0, 2, 2), "cpu"):
            raise RuntimeError(message)
