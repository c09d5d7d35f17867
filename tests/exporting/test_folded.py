import numpy as np
import onnx
import onnx_ir as ir
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from atrous.exporting.folded import fold

WEIGHT = np.random.default_rng(0).normal(size=(5, 4, 3)).astype(np.float32)


def graph_of(pads, *, twice=False, turned_first=False):
    """Pad, turn into an image, convolve: what torch writes of `Conv`."""
    constants = {"pads": np.array(pads), "one": np.array([1]), "two": np.array([2]), "weight": WEIGHT}
    nodes = [
        helper.make_node("Pad", ["x", "pads"], ["padded"], mode="constant"),
        *(
            [
                helper.make_node("Transpose", ["padded"], ["image"], perm=[0, 2, 1]),
                helper.make_node("Unsqueeze", ["image", "two"], ["turned"]),
            ]
            if turned_first
            else [
                helper.make_node("Unsqueeze", ["padded", "one"], ["image"]),
                helper.make_node("Transpose", ["image"], ["turned"], perm=[0, 3, 1, 2]),
            ]
        ),
        helper.make_node("Unsqueeze", ["weight", "two"], ["flat"]),
        helper.make_node("Conv", ["turned", "flat"], ["y"], dilations=[1, 2], pads=[0, 0, 0, 0]),
    ]
    outputs = ["y"]
    if twice:
        nodes.append(helper.make_node("Identity", ["image"], ["z"]))
        outputs.append("z")
    ranks = {"y": 4, "z": 3 if turned_first else 4}
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [None] * ranks[name]) for name in outputs]
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", "time", 4])
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "conv", [given], infos, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def answers(model, x):
    return onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})


@pytest.mark.parametrize(
    ("pads", "twice", "left"),
    [
        ([0, 4, 0, 0, 0, 0], False, 0),
        ([0, 1, 0, 0, 3, 0], False, 0),
        ([0, 4, 1, 0, 0, -1], False, 1),  # channels too
        ([1, 4, 0, 0, 0, 0], False, 1),  # rows too
        ([0, 4, 0, 0, -1, 0], False, 1),  # cut at its end
        ([0, 4, 0, 0, 0, 0], True, 1),  # somebody else reads the padded steps
    ],
)
@pytest.mark.parametrize("turned_first", [False, True])
def test_padding_becomes_the_convolutions_where_that_changes_no_number(pads, twice, left, turned_first):
    model = graph_of(pads, twice=twice, turned_first=turned_first)
    made = ir.serde.deserialize_model(model)
    fold(made.graph)
    folded = ir.serde.serialize_model(made)
    onnx.checker.check_model(folded)
    kinds = [node.op_type for node in folded.graph.node]
    assert kinds.count("Pad") == left
    assert kinds.count("Unsqueeze") == 1  # the weight has its axis already
    read = {name for node in folded.graph.node for name in node.input}
    assert {one.name for one in folded.graph.initializer} <= read  # onnxruntime warns of others
    for shape in [(2, 7, 4), (1, 1, 4)]:
        x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
        if shape[1] == 1 and min(pads) < 0:
            continue
        for ours, theirs in zip(answers(folded, x), answers(model, x), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-6)
