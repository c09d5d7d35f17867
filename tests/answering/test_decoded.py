import numpy as np

from atrous.answering.decoded import decoded
from atrous.config import load
from atrous.tasks.tag import build


def test_without_a_chain_every_step_has_its_most_probable_tag():
    model = build(load(task="tag", encode="bag"), sizes={"ids": 9}, labels=("A", "B", "C"))
    logits = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    found = decoded(model, logits, np.array([0, 5, 5, 20]))
    shares = np.exp(logits.astype(float)) / np.exp(logits.astype(float)).sum(1, keepdims=True)
    assert found.tags.tolist() == logits.argmax(1).tolist()
    np.testing.assert_allclose(found.sure, shares.max(1), rtol=1e-5)
    assert len(decoded(model, logits[:0], np.array([0])).tags) == 0


def test_a_crf_answers_with_the_best_path_of_each_row():
    labels = ("B-X", "I-X", "O")
    settings = load(task="tag", encode="bag", predict={"name": "crf", "scheme": "iob2"})
    model = build(settings, sizes={"ids": 9}, labels=labels)
    logits = np.array([[0, 0, 1], [0, 3, 2.5], [0, 9, 0], [5, 0, 0], [0, 9, 0]], np.float32)
    found = decoded(model, logits, np.array([0, 2, 2, 3, 5]))
    # An I-X begins nothing: not where it is the most probable tag, at the second step and the third.
    assert [labels[place] for place in found.tags] == ["O", "O", "B-X", "B-X", "I-X"]
    paths = np.exp([0 + 0, 0 + 3, 0 + 2.5, 1 + 0, 1 + 2.5])  # B B, B I, B O, O B, O O: all that are allowed
    np.testing.assert_allclose(found.sure[1], (paths[2] + paths[4]) / paths.sum(), rtol=1e-5)
