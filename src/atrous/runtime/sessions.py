"""The graphs of an export at work: in onnxruntime, or in OpenVINO where it is installed and was seen to agree.

Every export carries a copy of this file.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.errors import ConfigError, FolderError, MissingExtra, suggestion
from atrous.runtime import manifest
from atrous.runtime.failures import refusal

Arrays = Mapping[str, NDArray[Any]]

ONNXRUNTIME, OPENVINO = "onnxruntime", "openvino"
RUNTIMES = (ONNXRUNTIME, OPENVINO)
PRECISIONS = (EXACT, BF16, INT8) = ("exact", "bf16", "int8")
# Steps of a batch, padding included, from which on OpenVINO is worth it: it starts 0.25 s of processor time later than
# onnxruntime, takes some milliseconds more at every new shape, and twice the time for one short text.
MANY = 1024


class Graph:
    """One graph of an export, opened when there is something to answer.

    path: of the .onnx file. threads: to compute with; None lets the runtime choose.
    precision: "exact", "bf16" or "int8". runtime: the one to use, or None for the sooner one.
    agrees: whether OpenVINO gave the graph's numbers when it was written; only then it is used.
    """

    def __init__(self, path: Path, *, threads: int | None, precision: str, runtime: str | None, agrees: bool) -> None:
        self.path, self.threads, self.precision = path, threads, precision
        self.runtime, self.agrees = runtime, agrees

    def run(self, outputs: Sequence[str], inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs of these names: from OpenVINO where that is asked for, or agrees and is the sooner one.

        That is with bf16, and of an exact graph where there is much to answer at once; of int8 it is onnxruntime, which
        took two thirds of OpenVINO's time on a processor without tiles (AMX).

        Raises FolderError where the file is no graph of an export, and what the machine refuses.
        """
        if self._in_openvino(inputs):
            try:
                return self._openvino.run(outputs, inputs)
            except RuntimeError as error:
                if refusal(error) or self.runtime == OPENVINO:
                    raise self._broken(OPENVINO, error) from error
                self.agrees = False  # another version of it than wrote the export: onnxruntime takes every graph
        try:
            return self._onnxruntime.run([*outputs], dict(inputs))  # type: ignore[no-any-return]
        except ImportError:
            raise
        except Exception as error:  # of classes that are all its own
            raise self._broken(ONNXRUNTIME, error) from error

    def _in_openvino(self, inputs: Arrays) -> bool:
        if self.runtime is not None:
            return self.runtime == OPENVINO
        if not self.agrees or self.precision == INT8 or not openvino_is_here():
            return False
        shape = next((part.shape for part in inputs.values() if part.ndim > 1), (0, 0))
        return self.precision != EXACT or shape[0] * shape[1] >= MANY

    @cached_property
    def _onnxruntime(self) -> Any:
        import onnxruntime  # type: ignore[import-untyped]  # only once there is something to answer

        options = onnxruntime.SessionOptions()
        # Threads that wait by spinning take a core each from whoever else computes.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.intra_op_num_threads = self.threads or 0
        return onnxruntime.InferenceSession(str(self.path), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _openvino(self) -> OpenVINO:
        return OpenVINO(self.path, threads=self.threads, precision=self.precision)

    def _broken(self, runtime: str, error: Exception) -> Exception:
        """What to raise for what a runtime raised: it is the file's fault, if it is not the machine's."""
        if refusal(error):
            return error
        said = next((line.strip() for line in str(error).splitlines() if line.strip()), "")[:200]
        return FolderError(f"{self.path}: {runtime} cannot run it ({said}); {manifest.REMEDY}")


class OpenVINO:
    """A graph in OpenVINO.

    precision: "bf16" computes with it where the processor does; anything else with 32 bits, but for what the graph says
    of itself. Left to itself OpenVINO takes 16 bits where the processor has them, and is off by 3e-2.
    """

    def __init__(self, path: Path, *, threads: int | None, precision: str) -> None:
        import openvino

        hints: dict[str, Any] = {
            "INFERENCE_PRECISION_HINT": "bf16" if precision == BF16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
            "ENABLE_CPU_PINNING": False,  # a thread that is bound to a core waits where another program keeps it busy
            **({"INFERENCE_NUM_THREADS": threads} if threads else {}),
        }
        # onnxruntime refuses weights that lie outside the folder; OpenVINO would read whatever file a graph names.
        if b"location" in path.read_bytes():
            raise RuntimeError("its weights are in another file")
        core = openvino.Core()
        self._compiled = core.compile_model(core.read_model(str(path)), "CPU", hints)
        self._own = threading.local()

    def run(self, outputs: Sequence[str], inputs: Arrays) -> list[NDArray[Any]]:
        """The outputs of these names; from several threads at once, too."""
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        found = self._own.request.infer(dict(inputs))
        return [np.asarray(found[name]) for name in outputs]


def openvino_is_here() -> bool:
    """Whether it can be imported."""
    return importlib.util.find_spec(OPENVINO) is not None


def check_runtime(runtime: str | None, checked: Mapping[str, Any] | None) -> None:
    """Refuse a runtime that there is none of, or that cannot answer with this export.

    checked: what export.json says of OpenVINO, or None if it says nothing.

    Raises ConfigError for another name and where OpenVINO does not give the model's numbers, and MissingExtra where it
    is not installed.
    """
    if runtime is None or runtime == ONNXRUNTIME:
        return
    if runtime != OPENVINO:
        known = " or ".join(RUNTIMES)
        raise ConfigError(f"runtime: expected {known}, got {str(runtime)[:40]!r}{suggestion(str(runtime), RUNTIMES)}")
    if not openvino_is_here():
        raise MissingExtra(
            "OpenVINO is not installed; python -m pip install openvino, or leave the choice of a runtime out"
        )
    if checked is None:
        raise ConfigError(
            "runtime: this export was not held against OpenVINO, which was not installed where it was written; "
            "export the model again where it is, or let onnxruntime run it"
        )
    if not checked["agrees"]:
        reason = str(checked.get("reason"))[:200]
        raise ConfigError(f"runtime: OpenVINO does not answer as this model does ({reason}); leave the choice out")
