"""What a model makes of a sequence: functions that return a `Layer`."""

from __future__ import annotations

from collections.abc import Callable

from atrous.contract import Layer
from atrous.encode.attention import attention
from atrous.encode.conv import conv
from atrous.encode.deep import deep
from atrous.encode.dense import dense
from atrous.encode.gated import gated, wavenet
from atrous.encode.highway import highway
from atrous.encode.hybrid import hybrid
from atrous.encode.idcnn import idcnn
from atrous.encode.kmax import kmax
from atrous.encode.multiscale import multiscale
from atrous.encode.ngram import bag, ngram
from atrous.encode.recurrent import bigru, bilstm, birnn, gru, lstm, rnn
from atrous.encode.residual import residual, tcn
from atrous.encode.tdnn import tdnn
from atrous.encode.unet import unet

ENCODERS: dict[str, Callable[..., Layer]] = {
    "attention": attention,
    "bag": bag,
    "bigru": bigru,
    "bilstm": bilstm,
    "birnn": birnn,
    "conv": conv,
    "deep": deep,
    "dense": dense,
    "gated": gated,
    "gru": gru,
    "highway": highway,
    "hybrid": hybrid,
    "idcnn": idcnn,
    "kmax": kmax,
    "lstm": lstm,
    "multiscale": multiscale,
    "ngram": ngram,
    "residual": residual,
    "rnn": rnn,
    "tcn": tcn,
    "tdnn": tdnn,
    "unet": unet,
    "wavenet": wavenet,
}

WHOLE_ROWS = frozenset({"attention", "bigru", "bilstm", "birnn", "kmax"})  # they see all of a row before they answer

__all__ = [
    "ENCODERS",
    "WHOLE_ROWS",
    "attention",
    "bag",
    "bigru",
    "bilstm",
    "birnn",
    "conv",
    "deep",
    "dense",
    "gated",
    "gru",
    "highway",
    "hybrid",
    "idcnn",
    "kmax",
    "lstm",
    "multiscale",
    "ngram",
    "residual",
    "rnn",
    "tcn",
    "tdnn",
    "unet",
    "wavenet",
]
