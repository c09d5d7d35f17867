import json

import numpy as np
import pyarrow.parquet
import pytest
from tests.comparing.tagged import sentences, write

from atrous.answering.encode import Encoded
from atrous.answering.encode_tokens import encode_tokens
from atrous.bundle import Bundle
from atrous.config import load
from atrous.errors import ConfigError
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


@pytest.fixture
def bundle():
    words = sorted({token for one in sentences() for token, _ in one})
    settings = load(None, ["embed.channels=6"], task="tag", encode="bag", predict={"scheme": "iob2"})
    return Bundle.fresh(settings, Reader(Tokeniser("words", False, tuple(words)), rule="fine"), ("B-PER", "I-PER", "O"))


def encoded(bundle, source, out, **options):
    return encode_tokens(bundle.encode, bundle.reader.cut, source, out, bundle.settings, quiet=True, **options)


@pytest.mark.parametrize("rows", [1, 7, 4096])
def test_every_token_of_a_file_of_columns_has_its_vector_and_its_place(bundle, tmp_path, rows):
    source, out = write(tmp_path / "in.conll"), tmp_path / "out.parquet"
    assert encoded(bundle, source, out, rows=rows) == Encoded(60, bundle.encode("one").shape[1])
    found = pyarrow.parquet.read_table(out)
    assert found.column_names == ["vector", "row", "token", "start", "end"]
    assert found["row"].to_pylist()[:5] == [1, 1, 1, 1, 1] and max(found["row"].to_pylist()) == 60
    assert found["token"].to_pylist() == [token for one in sentences() for token, _ in one]
    texts = [" ".join(token for token, _ in one) for one in sentences()]
    for one in found.drop(["vector"]).to_pylist():
        assert texts[one["row"] - 1][one["start"] : one["end"]] == one["token"]
    own = bundle.encode([[token for token, _ in sentences()[2]]])
    np.testing.assert_allclose(found.filter(pyarrow.compute.equal(found["row"], 3))["vector"].to_pylist(), own)


def test_a_text_is_cut_and_an_empty_one_has_no_vector(bundle, tmp_path, capsys):
    (tmp_path / "in.csv").write_text('id,text\n7,"Ann left."\n8,\n9,Rome\n')
    out = tmp_path / "out.npy"
    assert encoded(bundle, tmp_path / "in.csv", out).rows == 3
    np.testing.assert_allclose(np.load(out), np.concatenate([bundle.encode("Ann left."), bundle.encode("Rome")]))
    encoded(bundle, tmp_path / "in.csv", None, keep=["id"])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(one["row"], one["token"], one["start"], one["end"], one["id"]) for one in lines] == [
        (1, "Ann", 0, 3, "7"), (1, "left", 4, 8, "7"), (1, ".", 8, 9, "7"), (3, "Rome", 0, 4, "9"),
    ]  # fmt: skip


def test_what_is_not_read_of_a_long_row_has_no_vector(bundle, tmp_path):
    settings = bundle.settings.model_copy(update={"data": bundle.settings.data.model_copy(update={"max_steps": 2})})
    cut = Bundle(bundle.model, Reader(bundle.reader.tokeniser, rule="fine", max_steps=2), bundle.labels, settings)
    (tmp_path / "in.txt").write_text("a b c d\ne\n")
    encoded(cut, tmp_path / "in.txt", tmp_path / "out.parquet", with_text=False)
    assert pyarrow.parquet.read_table(tmp_path / "out.parquet").drop(["vector"]).to_pylist() == [
        {"row": 1, "start": 0, "end": 1}, {"row": 1, "start": 2, "end": 3}, {"row": 2, "start": 0, "end": 1},
    ]  # fmt: skip


def test_a_column_that_cannot_be_kept_is_refused(bundle, tmp_path):
    source = write(tmp_path / "in.conll")
    for out, keep, words in (
        ("out.parquet", ["id"], "no columns of whole rows"),
        ("out.parquet", ["token"], "two columns of that name"),
        ("out.npy", ["id"], "holds vectors alone"),
    ):
        with pytest.raises(ConfigError, match=words):
            encoded(bundle, source, tmp_path / out, keep=keep)
        assert not (tmp_path / out).exists()
