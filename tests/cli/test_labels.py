"""Several labels, weights, smoothing and probabilities to learn from, at the command line."""

import csv
import json
import random
import re

import pytest
from tests.cli.conftest import SMALL

import atrous as package

TINY = [*SMALL, "--set", "embed.name=words", "--set", "encode.kernels=[1]", "--encode", "ngram", "--quiet"]
SEVERAL = [*TINY, "--set", "predict=labels", "--set", "train.epochs=12"]

WORDS = {"film": "scene actor plot", "sport": "match goal team", "war": "tank siege front"}


@pytest.fixture(scope="session")
def topics(tmp_path_factory):
    """Texts on any number of topics, and as many words of each."""
    chance, path = random.Random(0), tmp_path_factory.mktemp("data") / "topics.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "topics"])
        for number in range(600):
            labels = [label for label in WORDS if chance.random() < 0.4]
            words = [chance.choice(WORDS[label].split()) for label in labels] + ["we", "saw", str(number)]
            chance.shuffle(words)
            writer.writerow([" ".join(words), " | ".join(labels)])
    return path


@pytest.fixture(scope="session")
def tagger(topics, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "labels"
    package.train(
        topics, label="topics", encode="ngram", out=path, quiet=True,
        set=[word for word in SEVERAL if "=" in word],
    )  # fmt: skip
    return path


def test_several_labels_are_learnt_judged_and_given(atrous, topics, tagger):
    code, out, _ = atrous("evaluate", tagger, topics)
    assert code == 0
    found = re.match(
        r"Micro F1 (0.9\d+|1.0000), macro F1 [\d.]+, exact match [\d.]+, loss [\d.]+, 600 rows; the loss", out
    )
    assert found, out
    assert all(f"\n{label} " in out for label in WORDS)
    answer, nothing = package.load(tagger).predict(["the goal of the siege", "we saw"])
    assert (answer.labels, answer.label, nothing.labels) == (("sport", "war"), "sport|war", ())
    card = (tagger / "README.md").read_text()
    assert "gives each text any of 3 labels" in card
    assert "| rows | micro F1 | macro F1 | exact match | loss (nats) |" in card
    assert "dev_micro_f1" in (tagger / "log.csv").read_text().splitlines()[0]


def test_what_predict_writes_can_be_trained_on(atrous, topics, tagger, tmp_path):
    for name, more in (("a.csv", []), ("a.jsonl", []), ("a.jsonl", ["--set", "data.soft=probabilities"])):
        assert atrous("predict", tagger, topics, "--out", name, "--quiet", "--force")[0] == 0
        code, out, err = atrous("train", "--data", name, *SEVERAL, *more, "--out", "again", "--force")
        assert (code, err) == (0, "")
        assert float(out.split()[3].strip(",")) > 0.9, out
    rows = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert list(rows[0]) == ["text", "labels", "probability", "probabilities"]
    assert [label for label, one in rows[0]["probabilities"].items() if one >= 0.5] == rows[0]["labels"]


def test_the_threshold_and_the_separator_are_settings(atrous, topics):
    words = ["--set", "predict.threshold=0.01", "--set", 'data.separator=" + "', "--label", "topics", "--out", "model"]
    data = topics.read_text().replace(" | ", " + ")
    (topics.parent / "plus.csv").write_text(data)
    assert atrous("train", "--data", topics.parent / "plus.csv", *SEVERAL, *words, "--set", "train.epochs=1")[0] == 0
    assert package.load("model").predict("anything")[0].label == "film + sport + war"


def test_a_race_of_several_labels_has_its_own_baselines(atrous, topics, tmp_path):
    words = ["--set", "predict=labels", "--encode", "bag", "--seeds", "1", "--label", "topics", "--out", "race"]
    code, out, err = atrous("compare", "--data", topics, *words, "--set", "train.epochs=1")
    assert code == 0
    assert "micro F1 on test" in out
    assert all(f"\n {name} " in out for name in ("ceiling", "majority", "naive Bayes, trigrams"))
    assert "dev micro F1" in err
    results = json.loads((tmp_path / "race" / "results.json").read_text())
    assert (results["score"], results["ceiling"]) == ("micro_f1", 1.0)


def test_cells_that_look_like_several_labels_are_a_hint_and_no_guess(atrous, topics):
    data = topics.parent / "some.csv"
    data.write_text("".join(line for line in topics.read_text().splitlines(True) if not line.endswith(",\n")))
    words = [word for word in TINY if word != "--quiet"]
    code, _, err = atrous("train", "--data", data, "--label", "topics", *words, "--set", "train.epochs=1")
    assert code == 0
    assert "4 of 7 labels hold '|', such as 'film | sport'" in err
    assert "if a text can have several, set predict.name = labels" in err


@pytest.mark.parametrize("encode", ["ngram", "bag"])
def test_a_small_model_learns_from_a_large_ones_probabilities_in_two_commands(atrous, reviews, model, encode, tmp_path):
    (tmp_path / "unlabelled.csv").write_text(
        "text\n" + "".join(f"one {w} film {n}\n" for n in range(80) for w in ("good", "bad"))
    )
    assert atrous("predict", model, "unlabelled.csv", "--out", "soft.jsonl", "--quiet")[0] == 0
    words = ["--set", "data.soft=probabilities", "--encode", encode, "--test", reviews, "--out", "student"]
    code, out, err = atrous("train", "--data", "soft.jsonl", *words, "--set", "train.epochs=5")
    assert code == 0
    assert float(out.split()[2].strip(",")) > 0.9, out
    assert "label = 'label' (guessed" in err


def test_columns_of_probabilities_are_enough_and_the_most_probable_label_judges(atrous, tmp_path):
    rows = [
        f"{'good' if n % 2 else 'bad'} film {n},{0.9 - 0.8 * (n % 2):.1f},{0.1 + 0.8 * (n % 2):.1f}" for n in range(200)
    ]
    (tmp_path / "soft.csv").write_text("\n".join(["text,p_neg,p_pos", *rows]))
    more = [word for word in TINY if word != "--quiet"]
    code, out, err = atrous("train", "--data", "soft.csv", "--set", "data.soft=p_*", *more, "--out", "model")
    assert code == 0
    assert "soft.csv: no label column; what is held out is judged by the most probable label" in err
    assert out.startswith("Test accuracy 1.0000")
    answer = package.load(tmp_path / "model").predict("good film")[0]
    assert answer.label == "pos"
    assert 0.6 < answer.probability < 0.98  # sure as the rows are sure, not as their labels would make it
    # Held out or in a file of its own, with labels or with probabilities.
    (tmp_path / "gold.csv").write_text("text,label\ngood film,pos\nbad film,neg\n")
    assert atrous("evaluate", "model", "gold.csv")[1].startswith("Accuracy 1.0000")
    assert atrous("evaluate", "model", "soft.csv")[1].startswith("Accuracy 1.0000")


def test_weights_move_the_answer_towards_the_rare_label(atrous, tmp_path):
    rows = [f"film {n % 7},{'pos' if n % 10 == 0 else 'neg'}" for n in range(400)]
    (tmp_path / "rare.csv").write_text("\n".join(["text,label", *rows]))
    found = []
    for name, weights in (("plain", []), ("given", ["{pos=90}"]), ("balanced", ["balanced"])):
        more = [word for one in weights for word in ("--set", f"train.class_weights={one}")]
        files = [word for part in ("data", "dev", "test") for word in (f"--{part}", "rare.csv")]
        assert atrous("train", *files, *TINY, *more, "--out", name)[0] == 0
        found.append(package.load(tmp_path / name).predict("film 1")[0].probabilities["pos"])
    plain, given, balanced = found
    assert plain < 0.3
    assert given > 0.5
    assert 0.3 < balanced < 0.7


def test_smoothing_keeps_a_model_from_being_sure(atrous, reviews, tmp_path):
    for name, share in (("plain", 0.0), ("smooth", 0.6)):
        more = ["--set", f"train.label_smoothing={share}", "--set", "train.epochs=8"]
        assert atrous("train", "--data", reviews, *TINY, *more, "--out", name)[0] == 0
    plain, smooth = (package.load(tmp_path / name).predict("a good film")[0] for name in ("plain", "smooth"))
    assert plain.label == smooth.label == "pos"
    assert smooth.probability < 0.8 < plain.probability


SOFT = ["--set", "data.soft=p_*"]
BAD = [
    ("p_a,p_b\nx,1.5,0\n", SOFT, "in.csv line 2: the probability 'p_a' is '1.5'; expected a number from 0 to 1"),
    ("p_a,p_b\nx,0.5,0.5\nx,0.5,0.6\n", SOFT, "in.csv line 3: the probabilities of 'a', 'b' sum to 1.1, expected 1"),
    ("p_a,label\nx,1,a\n", SOFT, "in.csv: data.soft = 'p_*' fits 1 columns, not two or more"),
    ("p_a,p_b\nx,1,0\n", ["--set", 'data.soft=["p_a","p_c"]'], "in.csv: no column 'p_c' (did you mean 'p_b'?)"),
    ("label\nx,a\n", ["--set", "data.soft=probabilities"], "in.csv: no column 'probabilities'"),
    ("label\nx,a\ny,b\n", ["--set", "train.class_weights={c=2}"], "train.class_weights: no label 'c'"),
    ("label\nx,a\ny,b\n", ["--set", "train.class_weights={a=0}"], "each above 0"),
    ("label\nx,a\ny,b\n", ["--set", "train.label_smoothing=1.0"], "'train.label_smoothing' is 1.0, but should be less"),
    ("label\nx,a|b\ny,b|a|b\n", ["--set", "predict=labels"], "line 3, column 'label': the label 'b' comes twice"),
    ("label\nx,a|\n", ["--set", "predict=labels"], "an empty label beside others in 'a|'; remove a '|'"),
    ("label\nx,a\ny,\n", ["--set", "predict=labels"], "in.csv: no label but 'a'; a classifier needs at least two"),
    ("label\nx,a\ny,\n", [], "in.csv line 3: the label in column 'label' is empty; give the row a label or remove it"),
]  # fmt: skip


@pytest.mark.parametrize("content, more, words", BAD, ids=[words for *_, words in BAD])
def test_bad_labels_are_refused_in_one_line_and_leave_nothing(atrous, tmp_path, content, more, words):
    content = "text," + content
    head, *rows = content.splitlines()
    if "class_weights: no" in words:  # what is only seen once all rows are read
        rows = [f"{row[0]}{n},{row[2]}" for n in range(50) for row in rows]
    (tmp_path / "in.csv").write_text("\n".join([head, *rows]) + "\n")
    code, out, err = atrous("train", "--data", "in.csv", "--out", "model", *TINY, *more)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert words in line
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_label_that_holds_the_separator_is_refused(atrous, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "x", "labels": ["a|b"]}\n')
    code, _, err = atrous("train", "--data", "in.jsonl", "--out", "model", *TINY, "--set", "predict=labels")
    assert code == 2
    assert "in.jsonl line 1, column 'labels': the label 'a|b' holds '|'" in err
    assert "set data.separator" in err


def test_evaluate_names_the_one_of_several_labels_that_is_unknown(atrous, tagger, tmp_path):
    (tmp_path / "rows.csv").write_text("text,topics\nx,film|opera\n")
    code, _, err = atrous("evaluate", tagger, "rows.csv")
    assert code == 2
    assert "rows.csv line 2: the model has no label 'opera'; its labels are film, sport, war" in err
