import io
import json
import re
import sys

import pytest

from atrous.cli import main

NAMES = ("Ann", "Bob", "Cy")


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A file of tokens in which names are people."""
    path = tmp_path_factory.mktemp("data") / "people.conll"
    rows = [f"{NAMES[n % 3]} NNP B-PER\nLee NNP I-PER\nsaw VBD O\n{n % 7} CD O\n" for n in range(150)]
    path.write_text("\n".join(rows))
    return path


def training(people, folder, *words):
    options = "embed.channels=8 encode.channels=8 encode.depth=1 train.epochs=2 train.batch=8 train.rate=0.1"
    settings = [word for option in options.split() for word in ("--set", option)]
    return ["train", "--data", str(people), "--encode", "residual", "--out", str(folder), "--quiet", *settings, *words]


def trained(people, folder, *words):
    assert main(training(people, folder, *words)) == 0
    return folder


@pytest.fixture(scope="module")
def tagger(people, tmp_path_factory):
    return trained(people, tmp_path_factory.mktemp("model") / "crf", "--set", "predict.name=crf")


@pytest.fixture(scope="module")
def plain(people, tmp_path_factory):
    return trained(people, tmp_path_factory.mktemp("model") / "plain", "--tags", "2")


def test_training_says_the_span_f1(atrous, people, tagger):
    code, out, _ = atrous(*training(people, tagger, "--set", "predict.name=crf", "--resume"))  # it is finished
    assert code == 0 and re.match(r"Test span F1 [01]\.\d{4}, accuracy [01]\.\d{4}.* rows\.", out)


def test_texts_are_shown_with_their_spans(atrous, tagger, tmp_path):
    (tmp_path / "a.txt").write_text("Ann Lee saw 3\n\nsaw Bob Lee\n")
    code, out, _ = atrous("predict", tagger, "a.txt")
    first, second, third = out.splitlines()
    assert code == 0 and second == ""
    assert first.startswith("[Ann Lee](PER ") and first.endswith(") saw 3") and "[" in third
    assert atrous("predict", tagger, "a.txt", "--as", "tags")[1].splitlines()[0] == "Ann/B-PER Lee/I-PER saw/O 3/O"
    cells = atrous("predict", tagger, "a.txt", "--as", "spans")[1].splitlines()[0].split("\t")
    assert [*cells[:4], cells[5]] == ["1", "0", "7", "PER", "Ann Lee"] and 0.5 < float(cells[4]) <= 1


def test_standard_input_may_hold_texts_tokens_or_objects(atrous, tagger, monkeypatch):
    def answered(written, *options):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(written)))
        code, out, _ = atrous("predict", tagger, "-", "--json", *options)
        assert code == 0
        return [span["text"] for span in json.loads(out)["spans"]]

    assert answered(b"Ann Lee saw 3\n") == ["Ann Lee"]
    assert answered(b"# id 1\nAnn x\nLee x\nsaw x\n", "--format", "conll") == ["Ann Lee"]
    assert answered(b'{"text": "Ann Lee saw 3"}\n', "--format", "jsonl") == ["Ann Lee"]


def test_a_file_of_tokens_gets_the_tags_as_its_last_column(atrous, tagger, people, tmp_path):
    (tmp_path / "a.conll").write_text("-DOCSTART- x\n\nAnn NNP\nLee NNP\nsaw VBD\n\nBob NNP\nLee NNP\n")
    assert atrous("predict", tagger, "a.conll", "--out", "b.conll")[0] == 0
    assert (tmp_path / "b.conll").read_text() == (
        "-DOCSTART- x O\n\nAnn NNP B-PER\nLee NNP I-PER\nsaw VBD O\n\nBob NNP B-PER\nLee NNP I-PER\n\n"
    )
    assert atrous("evaluate", tagger, "b.conll", "--json")[0] == 0
    assert json.loads(atrous("evaluate", tagger, "b.conll", "--json")[1])["span_f1"] == 1
    code, _, said = atrous("predict", tagger, "a.conll", "--out", "b.conll")
    assert code == 2 and "b.conll" in said and "--force" in said
    assert (
        atrous("predict", tagger, "a.conll", "--as", "conll", "--scheme", "bilou")[1].splitlines()[3] == "Lee NNP L-PER"
    )


def test_a_file_of_conllu_keeps_all_but_one_column(atrous, tagger, plain, tmp_path):
    rows = ["# text = Ann Lee saw", "1-2\tAnnLee" + "\t_" * 8, "1\tAnn\tann\tX" + "\t_" * 6, "2\tLee" + "\t_" * 8]
    rows += ["2.1\tempty" + "\t_" * 8, "3\tsaw" + "\t_" * 7 + "\tSpaceAfter=No", ""]
    (tmp_path / "a.conllu").write_text("\n".join(rows) + "\n")
    out = atrous("predict", plain, "a.conllu", "--as", "conll")[1].splitlines()
    assert [line.split("\t")[3] for line in out if line.count("\t") == 9] == ["_", "NNP", "NNP", "_", "VBD"]
    assert [line for place, line in enumerate(out) if place not in (2, 3, 5)] == [rows[0], rows[1], rows[4], ""]
    out = atrous("predict", tagger, "a.conllu", "--as", "conll")[1].splitlines()
    assert [line.split("\t")[9] for line in out if line[0:1].isdigit()] == [
        "_", "NER=B-PER", "NER=I-PER", "_", "SpaceAfter=No",
    ]  # fmt: skip


def test_objects_may_have_tokens_or_texts(atrous, tagger, tmp_path):
    (tmp_path / "a.jsonl").write_text('{"tokens": ["Ann", "Lee"], "id": 1}\n{"tokens": ["saw"]}\n')
    (tmp_path / "b.jsonl").write_text('{"text": "Ann Lee"}\n{"text": "saw"}\n')
    for name in ("a.jsonl", "b.jsonl"):
        assert atrous("predict", tagger, name, "--out", "c.jsonl", "--force")[0] == 0
        first, second = map(json.loads, (tmp_path / "c.jsonl").read_text().splitlines())
        assert (first["tokens"], first["tags"]) == (["Ann", "Lee"], ["B-PER", "I-PER"])
        assert second["spans"] == []


def test_a_crf_gives_several_answers(atrous, tagger, tmp_path):
    (tmp_path / "a.txt").write_text("Ann Lee saw 3\n")
    found = json.loads(atrous("predict", tagger, "a.txt", "--json", "--top", "3")[1])
    shares = [one["probability"] for one in found["top"]]
    assert len(shares) == 3 and shares == sorted(shares, reverse=True) and shares[0] == found["probability"]
    assert len(atrous("predict", tagger, "a.txt", "--top", "3")[1].splitlines()) == 3


def test_spans_that_are_less_probable_are_left_out(atrous, tagger, tmp_path):
    (tmp_path / "a.txt").write_text("Ann Lee saw 3\nBob saw Bob Bob Lee Lee 3 Lee Lee Lee\n")
    rows = [json.loads(line)["spans"] for line in atrous("predict", tagger, "a.txt", "--json")[1].splitlines()]
    shares = sorted(span["probability"] for row in rows for span in row)
    code, out, said = atrous("predict", tagger, "a.txt", "--min-probability", str(shares[-1]))
    left_out = sum(share < shares[-1] for share in shares)
    assert code == 0 and out.count("](PER ") == len(shares) - left_out
    assert left_out and f"left out {left_out} of {len(shares)} spans" in said


@pytest.mark.parametrize(
    "words, message",
    [
        (["a.csv", "--text", "x"], "a.csv: no column 'x'; the columns are 'a', 'b'"),
        (["a.txt", "--tokens", "1"], "--tokens: a.txt holds texts"),
        (["a.conll", "--text", "x"], "--text: a.conll has one token a line"),
        (["a.txt", "--beside", "x"], "--beside: .* is a tagger"),
        (["a.txt", "--as", "tags", "--json"], "--as tags: is for standard output without --json"),
        (["a.txt", "--as", "tags", "--out", "b.csv"], "--as tags: is for standard output"),
        (["a.txt", "--json", "--out", "b.conll"], "--json: b.conll is written otherwise"),
        (["a.txt", "--top", "2", "--as", "spans"], "--top: several answers to a text have no place there"),
        (["a.txt", "--out", "b.parquet"], "b.parquet: answers are not written as Parquet"),
        (["bad.conll"], "bad.conll line 2: expected 2 columns, as line 1 has, got 1"),
    ],
)
def test_what_does_not_go_together_is_refused(atrous, tagger, tmp_path, words, message):
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "a.txt").write_text("Ann\n")
    (tmp_path / "a.conll").write_text("Ann\n")
    (tmp_path / "bad.conll").write_text("Ann x\nLee\n")
    code, out, said = atrous("predict", tagger, *words, "--quiet")
    assert code == 2 and out == ""
    assert re.search(message, " ".join(said.split()))


@pytest.mark.parametrize("words", [["--as", "spans"], ["--tokens", "1"], ["--top", "2"], ["--every", "2"]])
def test_a_stream_of_tags_refuses_what_it_would_not_do(atrous, tagger, words):
    code, out, said = atrous("predict", tagger, "--stream", *words)
    assert code == 2 and out == "" and said.startswith(f"atrous: {words[0]} does not go with")


def test_a_stream_writes_tags_as_predict_does(atrous, people, tmp_path, monkeypatch, capsys):
    folder = trained(people, tmp_path / "model")  # a softmax, so that spans are decided before the line ends
    capsys.readouterr()
    text = "Ann Lee Bob Lee Cy saw 3 Ann Lee\nLee Lee\n"
    for words in ([], ["--scheme", "bilou"], ["--scheme", "iob1"]):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        _, wanted, _ = atrous("predict", folder, "--as", "tags", *words)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        code, out, _ = atrous("predict", folder, "--stream", *words)
        assert code == 0 and "B-PER" in out
        lines = [line.replace("\t", "/").replace("\n", " ") for line in out.removesuffix("\n\n").split("\n\n")]
        assert lines == wanted.splitlines()


def test_a_token_of_several_lines_is_one_line_of_columns(atrous, tagger, tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"tokens": ["Ann\nLee", "saw\tBob"]}) + "\n")
    code, out, _ = atrous("predict", tagger, "a.jsonl", "--as", "conll", "--quiet")
    assert code == 0 and [line.split("\t")[0] for line in out.splitlines()] == ["Ann Lee", "saw Bob", ""]


@pytest.mark.parametrize("words", [["--label", "2"], ["--beside", "2"]])
def test_evaluate_refuses_what_only_classifiers_have(atrous, tagger, people, words):
    code, out, said = atrous("evaluate", tagger, people, *words)
    assert code == 2 and out == "" and re.search(rf"{words[0]}: .* is a tagger; leave it out", said)


def test_plain_tags_have_no_spans_to_write(atrous, plain, tagger, model, tmp_path):
    (tmp_path / "a.txt").write_text("Ann Lee saw 3\n")
    assert atrous("predict", plain, "a.txt")[1] == "Ann/NNP Lee/NNP saw/VBD 3/CD\n"
    for words in (["--as", "spans"], ["--scheme", "iob2"], ["--min-probability", "0.5"], ["--top", "2"]):
        code, _, said = atrous("predict", plain, "a.txt", *words)
        assert code == 2 and words[0] in said
    code, _, said = atrous("predict", model, "a.txt", "--as", "tags")
    assert code == 2 and "is no tagger" in said


def test_evaluate_tells_a_taggers_mistakes(atrous, tagger, plain, people, tmp_path):
    code, out, said = atrous("evaluate", tagger, people)
    assert code == 0 and out.startswith("Span F1 ") and "PER" in out and "people.conll: tags are IOB2" in said
    (tmp_path / "a.conll").write_text("Ann B-PER\nDon B-PER\nsaw O\n")
    code, out, _ = atrous("evaluate", tagger, "a.conll", "--json")
    found = json.loads(out)
    assert found["span_f1"] == 0 and found["unknown"] == 1 and found["mistakes"] and found["confused"]
    assert atrous("evaluate", plain, people)[1].startswith("Accuracy ")
    (tmp_path / "b.conll").write_text("Ann B-PER\n\nRome B-LOC\n")
    code, _, said = atrous("evaluate", tagger, "b.conll")
    assert code == 2 and "b.conll line 3: the model has no spans of 'LOC'; its spans are PER" in said
