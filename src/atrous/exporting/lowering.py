"""The graphs of an export with smaller numbers: weights of bf16, or convolutions and products of 8 bits."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from atrous.data.batch import Examples
from atrous.errors import ConfigError, NotExportable
from atrous.runtime.graph import LENGTHS, STREAM, WHOLE
from atrous.runtime.lengths import by_length
from atrous.runtime.sessions import BF16

CALIBRATED = 512  # rows, at most, that tell how large the numbers between layers become
_FEW = 64  # numbers of a constant that stay as they are
_WEIGHED = ["Conv", "MatMul", "Gemm", "Gather"]  # what has 8 bits: products, and the table of the embedding

Inputs = dict[str, NDArray[Any]]


def lower(folder: Path, precision: str, rows: Examples) -> None:
    """Write the graphs of an export again, in bf16 or int8.

    bf16: weights of both graphs are kept as bf16, half the size; OpenVINO computes with it where the processor does,
        onnxruntime with 32 bits.
    int8: the graph of whole rows, weights and the inputs of convolutions and products: static, one scale a channel of
        a weight, in the ranges met on `rows`. The graph of chunks stays exact: what a chunk costs is its overhead.

    Raises ConfigError where there is nothing to make smaller, and NotExportable where onnxruntime cannot.
    """
    if precision == BF16:
        for name in (WHOLE, STREAM):
            if (folder / name).is_file():
                _in_bf16(folder / name)
    else:
        _in_int8(folder / WHOLE, rows)


def _in_bf16(path: Path) -> None:
    """Keep every weight as bf16, and turn it back where the graph begins."""
    import onnx_ir as ir  # of onnx, which is optional

    model = ir.load(path)
    graph, first, count = model.graph, next(iter(model.graph), None), 0
    for value in list(graph.initializers.values()):
        tensor = value.const_value
        if tensor is None or tensor.dtype != ir.DataType.FLOAT or tensor.size < _FEW:
            continue
        name = f"{value.name}_bf16"
        small = ir.tensor(tensor.numpy().astype(ir.DataType.BFLOAT16.numpy()), name=name)
        kept = ir.Value(name=name, const_value=small, shape=value.shape, type=ir.TensorType(ir.DataType.BFLOAT16))
        graph.register_initializer(kept)
        back = ir.node("Cast", [kept], {"to": int(ir.DataType.FLOAT)})
        back.outputs[0].name = f"{name}_32"
        if first is None:
            graph.append(back)
        else:
            graph.insert_before(first, back)
        ir.convenience.replace_all_uses_with(value, back.outputs[0])
        assert value.name is not None
        graph.initializers.pop(value.name)
        count += 1
    if not count:
        raise ConfigError("--precision: this model has no weights that bf16 would make smaller; leave it out")
    ir.save(model, path)


def _in_int8(path: Path, rows: Examples) -> None:
    import onnx  # optional, and so is onnxruntime's package
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static  # type: ignore[import-untyped]

    class Reader(CalibrationDataReader):  # type: ignore[misc]  # a class without types
        def __init__(self) -> None:
            self.batches = _batches(rows)

        def get_next(self) -> Inputs | None:
            return next(self.batches, None)

    made = path.with_suffix(".int8")
    try:
        with _quiet():
            quantize_static(
                onnx.load(path), made, Reader(), quant_format=QuantFormat.QDQ, op_types_to_quantize=_WEIGHED,
                per_channel=True,
                # 7 bits of a weight: without VNNI, a processor adds two products of 8 bits into 16, and overflows.
                reduce_range=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            )  # fmt: skip
        after = onnx.load(made)
    except Exception as error:  # of whatever class
        made.unlink(missing_ok=True)
        said = (str(error).splitlines() or [""])[0][:200]
        raise NotExportable(
            f"onnxruntime cannot make the graph one of 8 bits ({type(error).__name__}: {said}); "
            "export it without --precision, or with --precision bf16"
        ) from error
    if not any(one.data_type == onnx.TensorProto.INT8 and len(one.dims) > 1 for one in after.graph.initializer):
        made.unlink()
        raise ConfigError("--precision: this model has no weights that int8 would make smaller; leave it out")
    made.replace(path)


def _batches(rows: Examples) -> Iterator[Inputs]:
    """Padded batches of at most `CALIBRATED` rows, taken evenly."""
    apart = max(1, -(-len(rows) // CALIBRATED))
    chosen = range(0, len(rows), apart)
    for places, time in by_length(rows.lengths[list(chosen)], rows=32):
        batch, _ = rows.batch([chosen[place] for place in places], time=time)
        yield {**{name: part.numpy() for name, part in batch.fields.items()}, LENGTHS: batch.lengths.numpy()}


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep onnxruntime from advising about a preparation that the graph has behind it."""
    logger = logging.getLogger()
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)
