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
