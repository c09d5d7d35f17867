from typing_extensions import Buffer

class Words:
    def __new__(cls, tokens: tuple[str, ...], lower: bool, first: int, unknown: int) -> Words: ...
    def ids(self, texts: list[str], /) -> tuple[bytearray, bytearray]: ...

def processor() -> str: ...
def pool_ngrams(
    ids: Buffer,
    starts: Buffer,
    table: Buffer,
    scale: Buffer,
    bias: Buffer,
    out: Buffer,
    kernels: tuple[int, ...],
    befores: tuple[int, ...],
    maps: int,
    /,
) -> None: ...
def place_steps(
    x: Buffer, real: Buffer, out: Buffer, rows: int, steps: int, later: int, left: int, of_out: bool, threads: int, /
) -> None: ...
def relu_dropout(x: Buffer, out: Buffer, dropped: int, seed: int, threads: int, /) -> None: ...
def relu_dropout_gradient(y: Buffer, gradient: Buffer, out: Buffer, dropped: int, threads: int, /) -> None: ...
def relu_times(
    x: Buffer, gradient: Buffer | None, factors: Buffer, out: Buffer, channels: int, threads: int, /
) -> None: ...
