import numpy as np

from atrous.answering.predict import logits
from atrous.bundle import Bundle
from atrous.comparing.judged import Judge
from atrous.comparing.judging import judge_of, judged_by
from atrous.comparing.tags import TagJudge
from atrous.config import load
from atrous.data.batch import Examples
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


def test_rows_are_judged_by_their_logits_and_tokens_by_their_tags():
    letters = Reader(Tokeniser("characters", False, ("a", "b")))
    plain = Bundle.fresh(load(None, ["embed.name=characters"], encode="bag"), letters, ("X", "Y"))
    examples = Examples.of(letters, ["ab", "", "b"], [0, 1, 1])
    answers = logits(plain.model, examples).numpy()
    judge = judge_of(plain.settings, plain.targets, examples)
    assert isinstance(judge, Judge) and judged_by(plain, answers, examples) is answers
    assert judge.counts(answers).tolist() == (answers.argmax(1) == np.array([0, 1, 1])).tolist()

    settings = load(None, ["embed.name=characters"], task="tag", encode="bag", predict={"scheme": "plain"})
    tagger = Bundle.fresh(settings, Reader(letters.tokeniser, rule="characters"), ("X", "Y"))
    examples = Examples.of(tagger.reader, ["ab", "", "b"], [0, 1, 1], tagged=True)
    answers = logits(tagger.model, examples).numpy()
    judge = judge_of(settings, tagger.targets, examples)
    assert isinstance(judge, TagJudge)
    right = answers.argmax(1) == np.array([0, 1, 1])
    assert judge.counts(judged_by(tagger, answers, examples)).tolist() == [[right[:2].sum(), 2], [0, 0], [right[2], 1]]
