import pytest

from atrous.errors import ConfigError
from atrous.training.precision import lightnings


def test_a_processor_that_only_imitates_bf16_is_refused(monkeypatch):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx2": True, "avx512_bf16": False})
    with pytest.raises(ConfigError, match="this processor has no bf16 arithmetic and would only be slower; use 32"):
        lightnings("bf16", "cpu")
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx2": True, "avx512_bf16": True})
    assert lightnings("bf16", "cpu") == "bf16-mixed"


def test_a_gpu_that_only_imitates_bf16_is_refused(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda including_emulation: including_emulation)
    with pytest.raises(ConfigError, match="this GPU has no bf16 arithmetic"):
        lightnings("bf16", "cuda")


def test_an_unknown_precision_is_refused():
    with pytest.raises(ConfigError, match=r"--precision bf61: expected 32 or bf16 \(did you mean 'bf16'\?\)"):
        lightnings("bf61", "cpu")
