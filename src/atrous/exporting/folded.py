"""A traced graph, made smaller without a change of its numbers: paddings become those of their convolutions."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir  # comes with onnxscript, which is optional: only what writes graphs imports this file


def fold(graph: ir.Graph) -> None:
    """Let convolutions pad their own input, and keep weights in the shape that convolutions read.

    torch writes a padding as a node of its own before the two that turn steps into an image of height 1. Left there it
    copies every activation, 1.2 to 1.5 times the time of a stack of convolutions in onnxruntime; OpenVINO 2026.4 does
    not compile it where it pads 64 steps or more, for it tries 64 steps and finds none left.
    """
    for node in list(graph.all_nodes()):
        if node.op_type == "Conv":
            _take_padding(node)
    for node in list(graph.all_nodes()):
        if node.op_type == "Unsqueeze" and node.graph is graph:
            _unsqueezed(graph, node)
    for value in list(graph.initializers.values()):  # onnxruntime warns of what nobody reads
        if value.name is not None and not value.uses() and not value.is_graph_output():
            graph.initializers.pop(value.name)


def _take_padding(convolution: ir.Node) -> None:
    """Conv(Transpose(Unsqueeze(Pad(x)))) -> Conv(Transpose(Unsqueeze(x))) with its pads, where Pad adds zero steps."""
    turned = _before(convolution, "Transpose")
    image = turned and _before(turned, "Unsqueeze")
    pad = image and _before(image, "Pad")
    if turned is None or image is None or pad is None or "pads" not in convolution.attributes:
        return
    # Others may read the image, too: it is theirs as it is.
    if any(len(one.outputs[0].uses()) > 1 for one in (turned, image)):
        return
    # (batch, time, channels) before and (batch, channels, 1, time) after: nothing else is an image of steps.
    if _numbers(image.inputs[1]) != [1.0] or _ints(turned, "perm") != [0, 3, 1, 2] or any(_ints(convolution, "pads")):
        return
    amounts, mode = _numbers(pad.inputs[1]), pad.attributes.get("mode")
    if mode is not None and mode.as_string() != "constant":
        return
    if len(pad.inputs) > 3 or (len(pad.inputs) > 2 and pad.inputs[2] is not None and _numbers(pad.inputs[2]) != [0.0]):
        return
    if len(amounts) != 6 or any(amounts[place] for place in (0, 2, 3, 5)) or min(amounts) < 0:
        return
    convolution.attributes["pads"] = ir.AttrInt64s("pads", [0, int(amounts[1]), 0, int(amounts[4])])
    image.replace_input_with(0, pad.inputs[0])
    if not pad.outputs[0].uses() and pad.graph is not None:
        pad.graph.remove(pad, safe=True)


def _unsqueezed(graph: ir.Graph, node: ir.Node) -> None:
    """A weight with one axis more, as a weight."""
    weight, axes, output = node.inputs[0], _numbers(node.inputs[1]), node.outputs[0]
    if weight is None or not weight.is_initializer() or weight.const_value is None or not axes:
        return
    array = np.expand_dims(weight.const_value.numpy(), tuple(map(int, axes)))
    name = f"{weight.name}_{output.name}"
    made = ir.Value(name=name, const_value=ir.tensor(array, name=name), shape=ir.Shape(array.shape))
    made.dtype = weight.const_value.dtype
    graph.register_initializer(made)
    output.replace_all_uses_with(made)
    graph.remove(node, safe=True)


def _before(node: ir.Node, kind: str) -> ir.Node | None:
    """The node that gives this one its first input, if it is of this kind."""
    value = node.inputs[0]
    found = value.producer() if value is not None else None
    return found if found is not None and found.op_type == kind else None


def _ints(node: ir.Node, name: str) -> list[int]:
    found = node.attributes.get(name)
    return [*found.as_ints()] if found is not None else []


def _numbers(value: ir.Value | None) -> list[float]:
    """The numbers of a constant; none where it is none."""
    constant = ir.convenience.get_const_tensor(value) if value is not None else None
    return [] if constant is None else [*map(float, constant.numpy().ravel())]
