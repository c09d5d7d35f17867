"""Nearly valid files: real tables, settings, vectors and archives, with what users and machines do to them."""

import gzip
import io
import json
import lzma
import math
import struct

import pyarrow
import pyarrow.parquet
from hypothesis import strategies as st

NASTY = [
    "", " ", "\0", "\ufeff", "\r", "\n", "\r\n", '"', '""', "'", ",", "\t", "|", "\\", "\x1a", "\x85", "\u2028",
    "\udc80",
    "\ud83d", "é" * 3, "日本語", "🙂", "nan", "NaN", "inf", "-inf", "1e999", "-0", "0.5", "9" * 5000, "1" + "0" * 400,
    "null", "true", "{}", "[]", "=1+1", "../..", "%s%n", "a" * 10_000, "Σ", "ß", "ﬁ", "\x0b\x0c",
]  # fmt: skip
WORDS = ["good", "bad", "film", "a", "the", "seen", "times", "plot", "dull", "great", "neg", "pos", "1", "2.5"]
COLUMNS = ["text", "label", "review", "stars", "id", "p_neg", "p_pos", "values", "group", "", "Text", "x" * 200]

words = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
cells = st.one_of(words, words, st.sampled_from(NASTY), st.text(max_size=20), st.floats().map(repr))
labels = st.sampled_from(["pos", "neg", " pos ", "odd"])
odd_labels = st.sampled_from(["pos", "neg", "pos|neg", "strange", "", "0", "\0", "neg\r"])
SIZES = [0, 1, 2, 12, 40, 40, 40, 40]


@st.composite
def tables(draw):
    """Columns and rows of texts: often text and label, sometimes anything."""
    nasty = draw(st.sampled_from(["no", "no", "cells", "labels", "names"]))
    if nasty == "names":
        names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=6))
    else:
        names = ["text", "label", *draw(st.lists(st.sampled_from(["id", "stars", "group"]), max_size=2, unique=True))]
    cell, label = cells if nasty == "cells" else words, odd_labels if nasty == "labels" else labels
    rows = [[draw(label if name == "label" else cell) for name in names] for _ in range(draw(st.sampled_from(SIZES)))]
    return names, rows


def quoted(cell, delimiter):
    marks = (delimiter, '"', "\n", "\r")
    return '"' + cell.replace('"', '""') + '"' if any(mark in cell for mark in marks) else cell


@st.composite
def separated(draw, delimiter):
    names, rows = draw(tables())
    end = draw(st.sampled_from(["\n", "\n", "\n", "\r\n", "\r\n", "\r"]))
    lines = [delimiter.join(quoted(cell, delimiter) for cell in row) for row in [names, *rows]]
    return draw(encoded(end.join(lines) + draw(st.sampled_from([end, ""]))))


@st.composite
def encoded(draw, text):
    """Its bytes, in UTF-8 mostly."""
    encoding = draw(
        st.sampled_from(["utf-8"] * 24 + ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "latin-1", "cp1252"])
    )
    return text.encode(encoding, "surrogatepass" if encoding.startswith("utf") else "replace")


values = st.recursive(
    st.one_of(cells, st.integers(), st.floats(), st.booleans(), st.none(), st.sampled_from([10**400, 1e308])),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(cells, inner, max_size=4)),
    max_leaves=8,
)


@st.composite
def json_lines(draw):
    names, rows = draw(tables())
    plain = draw(st.integers(0, 2))
    lines = []
    for row in rows:
        record = dict(zip(names, row, strict=True))
        if not plain:
            record[draw(st.sampled_from(COLUMNS))] = draw(values)
        lines.append(json.dumps(record, ensure_ascii=draw(st.booleans())))
    if not plain:
        lines += draw(
            st.lists(st.sampled_from(["", "[1]", "{", '{"text": NaN}', "[" * 100_000, '{"a":' * 5000]), max_size=1)
        )
    return draw(encoded("\n".join(lines)))


@st.composite
def plain_texts(draw):
    return draw(encoded("\n".join(draw(st.lists(cells, max_size=30)))))


@st.composite
def series(draw):
    """Series of numbers in a table, in JSON lines, or as plain lines."""
    number = st.one_of(st.floats(-9, 9).map(repr), st.sampled_from(["?", "nan", "2"]))
    if not draw(st.integers(0, 2)):
        number = st.one_of(number, st.sampled_from(["", "1e999", "x", "9" * 400, "-inf", "1e308", "٣", "1_0"]))
    features = draw(st.sampled_from([1, 1, 2]))
    step = st.lists(number, min_size=features, max_size=features + draw(st.sampled_from([0, 0, 0, 1]))).map(",".join)
    rows = [" ".join(draw(st.lists(step, max_size=6))) for _ in range(draw(st.sampled_from([1, 3, 40, 40])))]
    made = [(row, draw(labels)) for row in rows]
    style = draw(st.sampled_from(["csv", "jsonl", "txt"]))
    if style == "txt":
        return style, "\n".join(rows).encode()
    if style == "csv":
        return style, "\n".join(["values,label", *(f'"{row}",{label}' for row, label in made)]).encode()
    given = [
        {"values": draw(st.one_of(st.just(row), st.just(row), st.lists(values, max_size=3), values)), "label": label}
        for row, label in made
    ]
    return style, "\n".join(map(json.dumps, given)).encode()


@st.composite
def soft_targets(draw):
    """Probabilities of two labels, in columns or in one column of tables."""
    number = st.one_of(st.sampled_from(["0", "1", "0.5", "0.25"]), st.floats(0, 1).map(repr))
    nasty = not draw(st.integers(0, 1))
    if nasty:
        number = st.one_of(number, number, number, cells, st.floats().map(repr))
    rows = []
    for _ in range(draw(st.sampled_from([1, 2, 40, 40]))):
        first = draw(number)
        second = draw(number) if nasty and draw(st.integers(0, 3)) == 0 else _rest(first)
        rows.append((f"{draw(words)} {len(rows)}", first, second))
    if draw(st.booleans()):
        lines = ["text,p_neg,p_pos", *(",".join(quoted(cell, ",") for cell in row) for row in rows)]
        return "csv", "p_*", "\n".join(lines).encode("utf-8", "surrogatepass")
    given = [
        {"text": text, "p": draw(values) if nasty and draw(st.booleans()) else {"neg": first, "pos": second}}
        for text, first, second in rows
    ]
    return "jsonl", "p", "\n".join(map(json.dumps, given)).encode()


def _rest(written):
    try:
        return repr(1 - float(written))
    except ValueError:
        return "0.5"


kinds = st.sampled_from(
    [
        pyarrow.string(), pyarrow.large_string(), pyarrow.int64(), pyarrow.uint8(), pyarrow.float32(), pyarrow.bool_(),
        pyarrow.binary(), pyarrow.timestamp("us"), pyarrow.date32(), pyarrow.null(), pyarrow.list_(pyarrow.string()),
        pyarrow.struct([("neg", pyarrow.float64()), ("pos", pyarrow.float64())]), pyarrow.decimal128(10, 2),
        pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), pyarrow.map_(pyarrow.string(), pyarrow.float64()),
    ]
)  # fmt: skip


@st.composite
def parquet(draw):
    names, rows = draw(tables())
    columns = []
    for place in range(len(names)):
        kind = draw(kinds) if place > 1 or not draw(st.integers(0, 3)) else pyarrow.string()
        column = [row[place].encode("utf-8", "replace").decode() for row in rows]
        if pyarrow.types.is_string(kind):
            columns.append(pyarrow.array(column, kind))
        else:
            columns.append(pyarrow.array([_as(kind, cell) for cell in column], kind))
    sink = pyarrow.BufferOutputStream()
    table = pyarrow.Table.from_arrays(columns, names=names)
    pyarrow.parquet.write_table(table, sink, compression=draw(st.sampled_from(["none", "snappy", "gzip", "zstd"])))
    return sink.getvalue().to_pybytes()


def _as(kind, cell):
    """Some value of a type, or nothing."""
    number = sum(map(ord, cell)) % 100
    if number < 5:
        return None
    types = pyarrow.types
    if types.is_binary(kind):
        return cell.encode() + b"\xff" * (number % 2)
    if types.is_large_string(kind) or types.is_dictionary(kind):
        return cell
    if types.is_list(kind):
        return [cell] * (number % 3)
    if types.is_struct(kind):
        return {"neg": number / 100, "pos": 1 - number / 100}
    if types.is_map(kind):
        return [("neg", number / 100), ("pos", 1 - number / 100)]
    if types.is_boolean(kind):
        return number % 2 == 0
    if types.is_floating(kind):
        return math.nan if number < 10 else number / 7
    return None if types.is_null(kind) or types.is_temporal(kind) or types.is_decimal(kind) else number


@st.composite
def vectors(draw):
    """word2vec's text or binary form, or GloVe's."""
    channels = draw(st.sampled_from([1, 3, 3, 3, 50]))
    entries = [
        (
            draw(st.sampled_from([*WORDS, *WORDS, *WORDS, *WORDS, *NASTY])),
            draw(st.lists(st.floats(width=32), min_size=channels, max_size=channels)),
        )
        for _ in range(draw(st.sampled_from([0, 1, 12, 12, 12])))
    ]
    if draw(st.integers(0, 3)):
        entries = [(word, [number if math.isfinite(number) else 0.5 for number in vector]) for word, vector in entries]
    entries = [("good", [0.5] * channels), *entries] if draw(st.integers(0, 3)) else entries
    count = len(entries) + draw(st.sampled_from([0] * 9 + [1, -1, 10**18]))
    head = f"{count} {draw(st.sampled_from([channels] * 12 + [channels + 1, 10**9, 0]))}\n"
    style = draw(st.sampled_from(["text", "binary", "glove"]))
    if style == "binary":
        body = b"".join(
            word.encode("utf-8", "surrogatepass") + b" " + struct.pack(f"<{channels}f", *vector)
            for word, vector in entries
        )
        return head.encode() + body
    lines = [" ".join([word, *map(repr, vector)]) for word, vector in entries]
    return ((head if style == "text" else "") + "\n".join(lines)).encode("utf-8", "surrogatepass")


SECTIONS = ["data", "embed", "encode", "attend", "predict", "train", "task", "other"]
KEYS = [
    "name", "channels", "depth", "kernel", "kernels", "dropout", "heads", "wide", "epochs", "batch", "rate",
    "seed", "warmup",
    "max_steps", "text", "label", "soft", "encoding", "separator", "lower", "minimum_count", "beside", "limit",
    "vectors",
    "tuning", "bigrams", "letters", "join", "positions", "threshold", "class_weights", "label_smoothing",
    "patience", "k",
    "growth", "blocks", "dilations", "layers", "skips", "clip_norm", "weight_decay", "nonsense",
]  # fmt: skip
SETTING = [
    "1", "2", "3", "8", "64", "0", "-1", "0.5", "1e-3", "true", "false", '"tcn"', '"ngram"', '"lstm"', '"bag"',
    '"words"',
    '"attention"', '"characters"', '"bpe"', '"values"', '"max"', '"kmax"', '"unpadded"', '"labels"', '"both"', '"p_*"',
    "9" * 5000, "1" + "0" * 30, "1000000000", "2147483648", "1e999", "inf", "-inf", "nan", "0x" + "f" * 5000,
    "1979-05-27",
    "07:32:00", "[]", "[1, 2]", "[[0, 1], [2, 3]]", "{a = 1}", "{neg = 1.0, pos = 2.0}", '"balanced"', '""',
    '"\\u0000"',
    '"utf-16"', '"zip"', '"klingon"', "[" * 2000, "{a = " * 500, "'", '"', "not toml", "[3, 1000000000]",
    "\ud800", "5_0",
]  # fmt: skip


@st.composite
def settings_files(draw):
    lines = []
    for _ in range(draw(st.integers(0, 4))):
        section = draw(st.sampled_from(SECTIONS))
        if draw(st.integers(0, 8)):
            lines.append(f"[{section}]" if draw(st.integers(0, 9)) else f"[[{section}]]")
            keys = st.tuples(st.sampled_from(KEYS), st.sampled_from(SETTING)).map(" = ".join)
            lines += draw(st.lists(keys, max_size=3))
        else:
            lines.insert(0, f"{section} = {draw(st.sampled_from(SETTING))}")
    return draw(encoded("\n".join(lines)))


@st.composite
def mangled(draw, content):
    """The bytes after up to three accidents; often none."""
    for _ in range(draw(st.sampled_from([0] * 10 + [1, 1, 2, 3]))):
        place, length = draw(st.integers(0, len(content))), draw(st.sampled_from([1, 1, 4, 100]))
        what = draw(st.sampled_from(["flip", "cut", "lose", "twice", "insert", "ends", "mark", "fill", "grow"]))
        if what == "flip" and place < len(content):
            content = content[:place] + bytes([content[place] ^ 1 << draw(st.integers(0, 7))]) + content[place + 1 :]
        elif what == "cut":
            content = content[:place]
        elif what == "lose":
            content = content[:place] + content[place + length :]
        elif what == "twice":
            content = content[: place + length] + content[place:]
        elif what == "insert":
            nasty = draw(
                st.one_of(
                    st.sampled_from(NASTY).map(lambda text: text.encode("utf-8", "surrogatepass")),
                    st.binary(max_size=8),
                )
            )
            content = content[:place] + nasty + content[place:]
        elif what == "ends":
            content = content[:place] + content[place:].replace(
                b"\n", draw(st.sampled_from([b"\r\n", b"\r", b"\n\n", b"\0"]))
            )
        elif what == "mark":
            content = draw(st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"])) + content
        elif what == "fill":
            content = content[:place] + bytes([draw(st.integers(0, 255))]) * length + content[place + length :]
        elif what == "grow" and len(content) < 10_000:
            content = (
                content[:place] + content[place : place + 50] * draw(st.sampled_from([100, 10_000])) + content[place:]
            )
    return content


@st.composite
def compressed(draw, content):
    """(ending, bytes): as it is, in an archive, or in what claims to be one."""
    ending = draw(st.sampled_from(["", "", "", ".gz", ".xz"]))
    if not ending:
        return ending, content
    packed = gzip.compress(content, 1) if ending == ".gz" else lzma.compress(content, preset=0)
    what = draw(
        st.sampled_from(["whole", "whole", "mangled", "cut", "not packed", "twice", "two", "empty", "garbage after"])
    )
    return ending, {
        "whole": packed,
        "mangled": draw(mangled(packed)),
        "cut": packed[: draw(st.integers(0, len(packed)))],
        "not packed": content,
        "twice": gzip.compress(packed, 1),
        "two": packed + packed,
        "empty": b"",
        "garbage after": packed + b"garbage",
    }[what]


LARGE = {  # shapes that a person meets once in a lifetime; made anew, so that nobody draws a megabyte
    "wide.csv": lambda: (",".join(f"c{n}" for n in range(10_000)) + "\n" + ",".join("x" * 10_000) + "\n").encode(),
    "wide.jsonl": lambda: json.dumps({f"c{n}": "x" for n in range(10_000)}).encode(),
    "long.csv": lambda: b"text,label\n" + b"good " * 200_000 + b",pos\nbad,neg\n",
    "long.txt": lambda: b"x" * 1_000_000,
    "deep.jsonl": lambda: b'{"text": "good", "label": ' + b"[" * 200_000,
    "deep.toml": lambda: b"x = " + b"[" * 20_000,
    "dotted.toml": lambda: b".".join([b"a"] * 3000) + b" = 1",
    "number.jsonl": lambda: b'{"text": "good", "label": ' + b"9" * 200_000 + b"}",
    "open.csv": lambda: b'text,label\n"' + b"good,pos\n" * 50_000,
    "nuls.csv": lambda: bytes(100_000),
    "bomb.txt.gz": lambda: gzip.compress(b"a\n" * 100_000),
    "line.txt.xz": lambda: lzma.compress(bytes(1_000_000), preset=0),
    "blank.csv": lambda: b"\n" * 200_000,
    "wide.parquet": lambda: wide_parquet(),
}


def wide_parquet():
    sink = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({f"c{n}": ["x"] for n in range(2000)}), sink)
    return sink.getvalue()
