import json

import pytest

from atrous.data.japanese import PARTS, entities
from atrous.errors import DataError
from atrous.runtime.schemes import wrong

ROWS = "".join(f"{number}\tX\tB-DAT\n日\tX\tY\tI-DAT\nに\tX\tO\n\n" for number in range(200))


def test_sentences_are_written_as_texts_with_spans_and_as_words(tmp_path):
    (tmp_path / "corpus.txt").write_text(
        ROWS + "7\tX\tB-DAT\n日\tX\tI-DAT\nに\tX\tO\n\nローマ\tX\tI-LOC\n", encoding="utf-8"
    )
    entities(tmp_path / "corpus.txt", tmp_path)
    records = {part: (tmp_path / f"{part}.jsonl").read_text(encoding="utf-8").splitlines() for part in PARTS}
    assert all(records.values()) and sum(map(len, records.values())) == 201  # what comes twice is there once
    for part in PARTS:
        tagged = (tmp_path / f"{part}.conll").read_text(encoding="utf-8").strip("\n").split("\n\n")
        for record, words in zip(map(json.loads, records[part]), tagged, strict=True):
            pairs = [word.split("\t") for word in words.split("\n")]
            assert "".join(token for token, _ in pairs) == record["text"]
            assert wrong([tag for _, tag in pairs], "iob2") is None
            [span] = record["spans"]
            assert record["text"][span["start"] : span["end"]] == record["text"].removesuffix("に")
    assert "MIT licence" in (tmp_path / "README.txt").read_text()


@pytest.mark.parametrize("line", ["日", "日\t", "\tO"])
def test_another_file_is_refused_with_its_line(tmp_path, line):
    (tmp_path / "corpus.txt").write_text(f"日\tO\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"corpus\.txt line 2: expected a word"):
        entities(tmp_path / "corpus.txt", tmp_path)
    with pytest.raises(DataError, match="no such file"):
        entities(tmp_path / "none.txt", tmp_path)
