"""A traced graph, made smaller without a change of its numbers: paddings become those of their convolutions."""

from __future__ import annotations

import numpy as np
import onnx_ir as ir  # comes with onnxscript, which is optional: only what writes graphs imports this file


def fold(graph: ir.Graph) -> None:
    """Let convolutions pad their own input, and keep weights in the shape that convolutions read.

    torch writes a padding as a node of its own before those that turn steps into an image of height 1. Left there it
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
    """Conv(turned(Pad(x))) -> Conv(turned(x)) with its pads, where Pad adds zeros to the axes that it runs along.

    turned: any transpositions and new axes, which nobody else reads.
    """
    pads = convolution.attributes.get("pads")
    if pads is None or any(pads.as_ints()):
        return
    rank = len(pads.as_ints()) // 2 + 2
    came: list[int | None] = [*range(rank)]  # where each axis of the convolution's input lies, on the way back
    reader, node = convolution, _before(convolution)
    while node is not None and node.op_type in ("Transpose", "Unsqueeze"):
        if len(node.outputs[0].uses()) > 1:
            return
        if node.op_type == "Transpose":
            turned = _ints(node, "perm")
            came = [None if axis is None else turned[axis] for axis in came]
        else:
            new = [int(axis) for axis in _numbers(node.inputs[1])]
            if not new or min(new) < 0:
                return
            came = [None if axis is None or axis in new else axis - sum(one < axis for one in new) for axis in came]
        reader, node = node, _before(node)
    if node is None or node.op_type != "Pad" or not _adds_zeros(node):
        return
    amounts = [int(amount) for amount in _numbers(node.inputs[1])]
    axes = len(amounts) // 2
    if not amounts or min(amounts) < 0:
        return
    ends = [(0, 0) if axis is None else (amounts[axis], amounts[axes + axis]) for axis in came]
    if any(map(any, ends[:2])):  # rows and channels
        return
    found = [*(start for start, _ in ends[2:]), *(end for _, end in ends[2:])]
    convolution.attributes["pads"] = ir.AttrInt64s("pads", found)
    reader.replace_input_with(0, node.inputs[0])
    if not node.outputs[0].uses() and node.graph is not None:
        node.graph.remove(node, safe=True)


def _adds_zeros(pad: ir.Node) -> bool:
    """Whether it pads with zeros, along all axes in order."""
    mode, rest = pad.attributes.get("mode"), pad.inputs[2:]
    plain = mode is None or mode.as_string() == "constant"
    return plain and len(rest) < 2 and all(one is None or _numbers(one) == [0.0] for one in rest)


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


def _before(node: ir.Node) -> ir.Node | None:
    """The node that gives this one its first input."""
    value = node.inputs[0]
    return value.producer() if value is not None else None


def _ints(node: ir.Node, name: str) -> list[int]:
    found = node.attributes.get(name)
    return [*found.as_ints()] if found is not None else []


def _numbers(value: ir.Value | None) -> list[float]:
    """The numbers of a constant; none where it is none."""
    constant = ir.convenience.get_const_tensor(value) if value is not None else None
    return [] if constant is None else [*map(float, constant.numpy().ravel())]
