import sys
import threading

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from atrous.errors import ConfigError, FolderError, MissingExtra
from atrous.runtime import sessions
from atrous.runtime.sessions import MANY, Graph, OpenVINO, check_runtime, openvino_is_here

needs_openvino = pytest.mark.skipif(not openvino_is_here(), reason="OpenVINO is not installed")
WEIGHTS = np.random.default_rng(0).normal(size=(64, 8)).astype(np.float32)


@pytest.fixture
def path(tmp_path):
    """values (batch, time, 64) -> logits (batch, time, 8)."""
    values = helper.make_tensor_value_info("values", TensorProto.FLOAT, ["batch", "time", 64])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", "time", 8])
    node = helper.make_node("MatMul", ["values", "weights"], ["logits"])
    graph = helper.make_graph([node], "tiny", [values], [logits], [numpy_helper.from_array(WEIGHTS, "weights")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), tmp_path / "a.onnx")
    return tmp_path / "a.onnx"


def opened(path, *, threads=1, precision="exact", runtime=None, agrees=True):
    return Graph(path, threads=threads, precision=precision, runtime=runtime, agrees=agrees)


def values(batch, time):
    return {"values": np.random.default_rng(1).normal(size=(batch, time, 64)).astype(np.float32)}


@pytest.mark.parametrize("runtime", ["onnxruntime", pytest.param("openvino", marks=needs_openvino)])
def test_both_runtimes_compute_with_32_bits(path, runtime):
    graph = opened(path, runtime=runtime)
    for batch, time in [(2, 3), (1, 1), (5, 40)]:
        given = values(batch, time)
        (found,) = graph.run(["logits"], given)
        np.testing.assert_allclose(found, given["values"] @ WEIGHTS, atol=2e-5)
    assert graph.run(["logits"], values(0, 3))[0].shape == (0, 3, 8)


@needs_openvino
@pytest.mark.parametrize(
    ("options", "batch", "time", "expected"),
    [
        ({}, 1, MANY, True),
        ({}, 1, MANY - 1, False),
        ({}, 0, MANY, False),
        ({"agrees": False}, 8, MANY, False),
        ({"precision": "bf16"}, 1, 1, True),
        ({"precision": "int8"}, 8, MANY, False),
        ({"precision": "int8", "runtime": "openvino"}, 1, 1, True),
        ({"runtime": "onnxruntime"}, 8, MANY, False),
    ],
)
def test_openvino_runs_what_it_is_sooner_at(path, options, batch, time, expected):
    graph = opened(path, **options)
    graph.run(["logits"], values(batch, time))
    assert ("_openvino" in graph.__dict__, "_onnxruntime" in graph.__dict__) == (expected, not expected)


def test_where_openvino_is_not_installed_onnxruntime_runs_everything(path, monkeypatch):
    monkeypatch.setattr(sessions, "openvino_is_here", lambda: False)
    monkeypatch.setitem(sys.modules, "openvino", None)
    graph = opened(path)
    assert graph.run(["logits"], values(1, MANY))[0].shape == (1, MANY, 8)


@needs_openvino
def test_bf16_is_what_it_says_where_the_processor_has_it(path):
    given = values(2, 3)
    exact = given["values"] @ WEIGHTS
    (found,) = opened(path, precision="bf16").run(["logits"], given)
    assert np.abs(found - exact).max() < 0.05 * np.abs(exact).max()


@needs_openvino
def test_what_openvino_cannot_run_onnxruntime_answers(path, monkeypatch):
    def fails(self, outputs, inputs):
        raise RuntimeError("no such operation")

    monkeypatch.setattr(OpenVINO, "run", fails)
    graph, given = opened(path), values(1, MANY)
    np.testing.assert_allclose(graph.run(["logits"], given)[0], given["values"] @ WEIGHTS, atol=2e-5)
    assert not graph.agrees  # it is not asked again
    with pytest.raises(FolderError, match=r"a\.onnx: openvino cannot run it \(no such operation\)"):
        opened(path, runtime="openvino").run(["logits"], given)


@needs_openvino
def test_a_graph_that_reads_another_file_is_not_given_to_openvino(path):
    """onnxruntime refuses a file outside the folder; OpenVINO would read it."""
    WEIGHTS.tofile(path.parent.parent / "secret.bin")
    model = onnx.load(path)
    weights = model.graph.initializer[0]
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    for key, value in (("location", "../secret.bin"), ("offset", "0"), ("length", str(WEIGHTS.nbytes))):
        weights.external_data.add(key=key, value=value)
    path.write_bytes(model.SerializeToString())
    with pytest.raises(FolderError, match="openvino cannot run it"):
        opened(path, runtime="openvino").run(["logits"], values(1, 1))
    with pytest.raises(FolderError, match="onnxruntime cannot run it"):
        opened(path).run(["logits"], values(1, MANY))


@needs_openvino
def test_several_threads_may_ask_at_once(path):
    graph, wrong = opened(path, runtime="openvino"), []

    def ask(seed):
        given = {"values": np.random.default_rng(seed).normal(size=(4, 50, 64)).astype(np.float32)}
        for _ in range(20):
            if np.abs(graph.run(["logits"], given)[0] - given["values"] @ WEIGHTS).max() > 1e-4:
                wrong.append(seed)

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize(
    ("runtime", "checked", "error", "words"),
    [
        ("onnxruntme", None, ConfigError, r"expected onnxruntime or openvino, got 'onnxruntme' \(did you mean 'onnxru"),
        ("openvino", None, ConfigError, "was not held against OpenVINO, which was not installed where it was written"),
        ("openvino", {"agrees": False, "reason": "too far"}, ConfigError, r"does not answer as this model .*too far"),
    ],
)
def test_a_runtime_that_cannot_answer_is_refused(monkeypatch, runtime, checked, error, words):
    monkeypatch.setattr(sessions, "openvino_is_here", lambda: True)
    check_runtime(None, checked)
    check_runtime("onnxruntime", checked)
    check_runtime("openvino", {"agrees": True})
    with pytest.raises(error, match=words):
        check_runtime(runtime, checked)
    monkeypatch.setattr(sessions, "openvino_is_here", lambda: False)
    with pytest.raises(MissingExtra, match="OpenVINO is not installed; python -m pip install openvino"):
        check_runtime("openvino", {"agrees": True})
