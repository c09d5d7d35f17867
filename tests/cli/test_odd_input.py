"""Input that is odd and not wrong is taken, with a word on it where the user would want one; the rest is refused."""

import json

import pytest
from tests.cli.conftest import SMALL

ROWS = [f"a {['good', 'bad'][n % 2]} film seen {n} times,{['pos', 'neg'][n % 2]}" for n in range(60)]
QUICK = ["--encode", "ngram", *SMALL, "--set", "train.epochs=1"]


def table(*more, end="\n", head="text,label"):
    return end.join([head, *ROWS, *more]) + end


def train(atrous, content, *more, name="rows.csv"):
    with open(name, "wb") as file:  # noqa: PTH123
        file.write(content if isinstance(content, bytes) else content.encode())
    return atrous("train", "--data", name, "--out", "model", "--json", *QUICK, *more)


@pytest.mark.parametrize(
    "content",
    [
        table().encode("utf-8-sig"),
        table(end="\r\n").encode(),
        table(end="\r\n").encode("utf-8-sig"),
        table().encode() + b"\n\n\r\n",
        table().encode()[:-1],
    ],
    ids=["a byte-order mark", "Windows line ends", "both", "blank lines at the end", "no end of the last line"],
)
def test_what_editors_do_to_a_file_changes_nothing(atrous, content):
    expected = json.loads(train(atrous, table())[1])
    code, out, _ = train(atrous, content, "--force")
    assert code == 0
    assert {**json.loads(out), "seconds": 0} == {**expected, "seconds": 0}


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_table_of_another_unicode_form_is_refused_with_the_remedy_that_helps(atrous, encoding):
    code, _, err = train(atrous, table().encode(encoding))
    assert code == 2
    assert "is not UTF-8; name the file's encoding with --encoding, for example --encoding utf-16" in err
    assert train(atrous, table().encode(encoding), "--encoding", encoding)[0] == 0


def test_null_characters_are_characters_like_others(atrous, model):
    code, out, _ = train(atrous, table("a \0good\0 film,pos", "\0,neg"))
    assert code == 0
    assert json.loads(out)["data"]["train"] > 40
    with open("nulls.txt", "wb") as file:  # noqa: PTH123
        file.write(b"good\0film\n\0\n" + bytes(1000) + b"\n")
    code, out, _ = atrous("predict", model, "nulls.txt", "--quiet")
    assert (code, len(out.splitlines())) == (0, 3)


def test_a_label_that_comes_once_is_announced(atrous):
    """In whichever part its row falls."""
    heard = []
    for text in ("odd one", "odder", "the oddest of all"):
        code, _, err = train(atrous, table(f"{text},strange"), "--force")
        assert code == 0
        heard.append("one training row alone has the label 'strange'; that is hardly enough" in err)
        assert heard[-1] or "no training row has the label 'strange'; it cannot be learnt" in err
    assert any(heard)


def test_empty_texts_are_announced(atrous):
    code, _, err = train(atrous, table(*(f"{' ' * spaces},pos" for spaces in range(9))))
    assert code == 0
    assert "training rows are empty; they are learnt from all the same" in err
    assert train(atrous, table(), "--force")[2].count("empty") == 0


@pytest.mark.parametrize(
    "content, name, words",
    [
        ("text,label,text\na,pos,b\n", "rows.csv", "rows.csv line 1: two columns are named 'text'; rename one of them"),
        ("text\tlabel\tlabel\na\tb\tc\n", "rows.tsv", "rows.tsv line 1: two columns are named 'label'"),
        (table().replace("\n", "\r"), "rows.csv", "line 1: a carriage return stands within a row; end lines in"),
        ("\0" * 50, "rows.csv", "rows.csv"),
        ("\ufeff", "rows.csv", "rows.csv: nothing in it"),
    ],
    ids=["csv, twice", "tsv, twice", "line ends of old Macs", "nothing but NUL", "nothing but a mark"],
)
def test_what_cannot_be_meant_is_refused(atrous, content, name, words):
    code, out, err = train(atrous, content, name=name)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


SOFT = ["--set", "data.soft=p_*"]


@pytest.mark.parametrize(
    "row, words",
    [
        ("good,0.5,0.6", "rows.csv line 62: the probabilities of 'neg', 'pos' sum to 1.1, expected 1; correct them"),
        ("good,0,0", "line 62: the probabilities of 'neg', 'pos' sum to 0, expected 1"),
        ("good,-0.5,1.5", "line 62: the probability 'p_neg' is '-0.5'; expected a number from 0 to 1"),
        ("good,nan,1", "line 62: the probability 'p_neg' is 'nan'; expected a number from 0 to 1"),
        ("good,1e999,0", "line 62: the probability 'p_neg' is '1e999'; expected a number from 0 to 1"),
        ("good,,1", "line 62: the probability 'p_neg' is ''; expected a number from 0 to 1"),
    ],
)
def test_probabilities_that_are_none_are_refused_by_line(atrous, row, words):
    lines = ["text,p_neg,p_pos", *(f"text {n},0.{n % 10},{1 - n % 10 / 10:.4}" for n in range(60)), row]
    code, out, err = train(atrous, "\n".join(lines), *SOFT)
    assert (code, out) == (2, "")
    assert words in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "setting, words",
    [
        ("embed.channels=99999999999", "'embed.channels' is 99999999999, but Input should be less than 2147483648"),
        ("embed.channels=2000000000", "the settings ask for a model of more than"),
        ("train.batch=0", "'train.batch' is 0, but"),
        ("train.epochs=-1", "'train.epochs' is -1"),
        ("train.rate=inf", "'train.rate' is inf"),
        ("train.rate=nan", "'train.rate' is nan"),
        ("train.seed=4294967296", "'train.seed' is 4294967296"),
        ("train.warmup=1.5", "'train.warmup' is 1.5"),
        ("encode.kernels=[3, 0]", "'encode.kernels.1' is 0"),
    ],
)
def test_numbers_out_of_range_are_refused(atrous, tmp_path, setting, words):
    code, out, err = train(atrous, table(), "--set", setting)
    assert (code, out) == (2, "")
    said = [line for line in err.splitlines() if line.startswith("atrous: ")]
    assert len(said) == 1
    assert words.replace("Input should", "should") in said[0] or words in said[0]
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]
