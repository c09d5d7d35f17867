import pytest
import torch

from atrous.bundle import Bundle
from atrous.config import load
from atrous.data.corpus import Corpus
from atrous.data.tables import Row
from atrous.data.targets import Targets
from atrous.draw.coloured import coloured
from atrous.draw.explained import page
from atrous.errors import ConfigError, DataError
from atrous.explaining.tagged import STRANGE
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser
from atrous.training.fit import learn

LABELS = ("B-LOC", "B-PER", "I-PER", "O")
WORDS = ("mr", "on", "in", "at", "red", "tall", "old", "new")


def rows(count=160):
    """Whoever stands after mr and a word is a person, whoever stands after in and a word a place."""
    made = []
    for number in range(count):
        who, other = WORDS[4 + number % 4], WORDS[4 + number // 4 % 4]
        sign, tags = (("mr", ("O", "B-PER", "I-PER")), ("in", ("O", "B-LOC", "O")))[number // 16 % 2]
        who = who if number % 5 else f"w{number}"  # rare words are unknown ones, so that the model knows some
        tokens = (*("at", f"v{number}")[: number % 3], sign, who, other)
        made.append(Row(" ".join(tokens), "", "", number, tokens=tokens, tags=("O",) * (number % 3) + tags))
    return made


@pytest.fixture(scope="module", params=["tags", "crf"])
def bundle(request, tmp_path_factory):
    some = rows()
    settings = load(
        None, ["embed.channels=12", "encode.channels=16", "encode.depth=1", "train.epochs=12", "train.rate=0.02"],
        task="tag", encode="residual", predict={"name": request.param, "scheme": "iob2"},
    )  # fmt: skip
    corpus = Corpus(some, some[:40], some[:40], Targets(LABELS, scheme="iob2"), ())
    return learn(corpus, settings, work=tmp_path_factory.mktemp("work"), device="cpu")


def strongest(found, method):
    """Of the tokens beside the explained ones, which have a say in it themselves."""
    others = [one for one in found.pieces if not found.of[0] <= one.start < found.of[1]]
    return found.shown(max(others, key=lambda one: one.score(method)))


def test_the_word_that_decides_the_tag_of_its_neighbour_is_found(bundle):
    found = bundle.explain("at mr tall old", token=3)
    assert (found.label, found.answer, found.about, found.of) == ("B-PER", "B-PER", "tall", (6, 10))
    assert found.probability > 0.8
    assert strongest(found, "gradient") == strongest(found, "occlusion") == "mr"


def test_a_span_is_explained_as_a_whole(bundle):
    found = bundle.explain(["at", "mr", "tall", "old"], span="PER")
    assert (found.label, found.about, found.texts) == ("PER", "tall old", ("at mr tall old",))
    (answer,) = bundle.predict([["at", "mr", "tall", "old"]])
    assert found.probability == pytest.approx(answer.spans[0].probability, abs=2e-6)
    assert strongest(found, "occlusion") == "mr"
    assert bundle.explain("at mr tall old") == bundle.explain("at mr tall old", span="")


def test_another_tag_of_a_token_can_be_explained(bundle):
    found = bundle.explain("at mr tall old", token=3, label="B-LOC", method="gradient")
    assert (found.label, found.answer, found.log_odds < 0) == ("B-LOC", "B-PER", True)


def test_without_a_span_the_least_certain_token_is_explained(bundle):
    (answer,) = bundle.predict("at at at")
    assert not answer.spans
    least = min(range(3), key=lambda place: answer.probabilities[place])
    assert bundle.explain("at at at", method="occlusion").of == answer.offsets[least]


def test_a_token_that_is_left_out_becomes_an_unknown_one(bundle):
    found = bundle.explain("at mr tall old", token=3, method="occlusion")
    other = bundle.explain(["at", STRANGE, "tall", "old"], token=3, label="B-PER", method="gradient")
    assert found.pieces[1].occlusion == pytest.approx(found.log_odds - other.log_odds, abs=1e-4)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"token": 5}, "--token 5: the text has 4 tokens"),
        ({"token": 3, "span": "PER"}, "one token or one span"),
        ({"span": "PRE"}, "finds no such span in the text.*did you mean 'PER'"),
        ({"label": "PER"}, "it goes with --token N"),
        ({"token": 3, "label": "PER"}, "no label 'PER'"),
    ],
)
def test_what_the_text_does_not_have_is_refused(bundle, asked, words):
    with pytest.raises(ConfigError, match=words):
        bundle.explain("at mr tall old", **asked)


def test_a_text_without_tokens_is_refused(bundle):
    with pytest.raises(DataError, match="empty"):
        bundle.explain(" ")
    with pytest.raises(ConfigError, match="finds no span in the text"):
        bundle.explain("at", span="")


def test_what_wins_a_row_is_refused_in_words_where_none_does(bundle):
    with pytest.raises(ConfigError, match="is a tagger: its filters are read at every step"):
        bundle.ngrams(["mr tall"])
    assert bundle.deconvolve("at mr tall old").to_json()  # one activation is one, whatever is read of it


def test_what_is_drawn_says_what_is_explained(bundle):
    found = bundle.explain("at mr tall old", span="PER")
    assert coloured(found, colour=False).startswith("Of tall old the model answers PER: probability")
    assert "Why PER: tall old?" in page(found) and "becomes one that the model does not know" in page(found)
    assert found.to_json()["of"] == {"start": 6, "end": 14, "text": "tall old"}


def test_letters_are_tokens_too():
    torch.manual_seed(0)
    settings = load(None, ["embed.name=characters"], task="tag", encode="residual", predict={"scheme": "iob2"})
    reader = Reader(Tokeniser("characters", False, tuple("abcdef ")), rule="characters")
    found = Bundle.fresh(settings, reader, LABELS).explain("ab cd", token=4, words=True)
    assert [found.shown(one) for one in found.pieces] == ["ab", " cd"] and found.about == "c"


def test_a_model_with_one_answer_has_no_token_to_explain():
    bundle = Bundle.fresh(load(encode="tcn"), Reader(Tokeniser("bytes", False, ())), ("a", "b"))
    with pytest.raises(ConfigError, match="one answer for a whole text"):
        bundle.explain("abc", token=1)
