import shutil

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from atrous.data.batch import Examples
from atrous.errors import ConfigError, NotExportable
from atrous.exporting.lowering import _batches, lower
from atrous.runtime import manifest
from atrous.runtime.graph import Exported, padded
from atrous.runtime.sessions import RUNTIMES, openvino_is_here

TEXTS = ["a good film of Ann", "bad", "", "good " * 60, "a bad film. " * 9]
DYNAMIC = {"DynamicQuantizeLinear", "MatMulInteger", "ConvInteger"}


@pytest.fixture(scope="session")
def lowered(tagger, tagger_export, tmp_path_factory):
    """The export of a tagger in bf16 and in int8."""
    rows, found = Examples.of(tagger.reader, TEXTS), {}
    for precision in ("bf16", "int8"):
        folder = shutil.copytree(tagger_export.folder, tmp_path_factory.mktemp("lowered") / precision)
        lower(folder, precision, rows)
        manifest.renew(folder, {"precision": {"name": precision}})
        found[precision] = folder
    return found


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize(("precision", "most"), [("bf16", 0.05), ("int8", 0.2)])
def test_smaller_numbers_answer_nearly_as_the_model_does(tagger, tagger_export, lowered, precision, most, runtime):
    if runtime == "openvino" and not openvino_is_here():
        pytest.skip("OpenVINO is not installed")
    graph = Exported(lowered[precision], runtime=runtime)
    assert graph.precision == precision
    exact, found = tagger_export.read(TEXTS)[0], graph.read(TEXTS)[0]
    assert 1e-4 < np.abs(found - exact).max() < most * np.abs(exact).max()


def test_weights_of_bf16_take_half_the_room_and_answer_alike_in_chunks(tagger, tagger_export, lowered):
    for name in ("model.onnx", "stream.onnx"):
        kinds = [
            one.data_type for one in onnx.load(lowered["bf16"] / name).graph.initializer if np.prod(one.dims) >= 64
        ]
        assert set(kinds) == {TensorProto.BFLOAT16}
        assert (lowered["bf16"] / name).stat().st_size < (tagger_export.folder / name).stat().st_size
    graph = Exported(lowered["bf16"], runtime="onnxruntime")
    batch = padded([tagger.reader(text) for text in TEXTS[:3]])
    real = np.arange(batch["ids"].shape[1]) < batch["lengths"][:, None]
    np.testing.assert_allclose(graph.in_chunks(batch, chunk=2)[real], graph.logits(batch)[real], atol=1e-4)


def test_int8_is_static_and_leaves_chunks_exact(tagger_export, lowered):
    graph = onnx.load(lowered["int8"] / "model.onnx").graph
    kinds = [node.op_type for node in graph.node]
    assert not DYNAMIC & {*kinds}
    assert "QuantizeLinear" in kinds
    small = {one.name for one in graph.initializer if one.data_type == TensorProto.INT8 and len(one.dims) > 1}
    # The weight of every convolution has 8 bits, and a scale for each of its channels.
    scales = {node.input[0]: node.input[1] for node in graph.node if node.op_type == "DequantizeLinear"}
    weights = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    sizes = {one.name: list(one.dims) for one in graph.initializer}
    convolutions = [node for node in graph.node if node.op_type == "Conv"]
    assert convolutions
    for node in convolutions:
        assert weights[node.input[1]] in small
        assert sizes[scales[weights[node.input[1]]]] == [8]
    assert (lowered["int8"] / "stream.onnx").read_bytes() == (tagger_export.folder / "stream.onnx").read_bytes()
    assert not list(lowered["int8"].glob("*.int8"))


@pytest.mark.parametrize(("count", "most"), [(5, 5), (600, 300), (512, 512)])
def test_ranges_are_found_on_so_many_rows_at_most(tagger, count, most):
    rows = Examples.of(tagger.reader, ["good film"] * count)
    assert sum(len(batch["lengths"]) for batch in _batches(rows)) == most


@pytest.mark.parametrize("precision", ["bf16", "int8"])
def test_a_graph_without_weights_is_refused(tagger, tmp_path, precision):
    given = [helper.make_tensor_value_info(name, TensorProto.INT32, None) for name in ("ids",)]
    given.append(helper.make_tensor_value_info("lengths", TensorProto.INT64, None))
    node = helper.make_node("Cast", ["ids"], ["logits"], to=TensorProto.FLOAT)
    made = helper.make_tensor_value_info("logits", TensorProto.FLOAT, None)
    graph = helper.make_graph([node], "none", given, [made])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10), tmp_path / "model.onnx"
    )
    with pytest.raises(ConfigError, match=f"--precision: this model has no .* that {precision} would make smaller"):
        lower(tmp_path, precision, Examples.of(tagger.reader, TEXTS))
    assert [path.name for path in tmp_path.iterdir()] == ["model.onnx"]


def test_what_onnxruntime_cannot_quantise_is_refused_in_words(tagger, tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"garbage" * 100)
    with pytest.raises(NotExportable, match=r"cannot make the graph one of 8 bits \(\w+: .*or with --precision bf16"):
        lower(tmp_path, "int8", Examples.of(tagger.reader, TEXTS))
