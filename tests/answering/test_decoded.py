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
