from atrous.bundle import Bundle
from atrous.comparing.speed import speeds
from atrous.config import load
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser


def test_speeds_are_measured_without_changing_the_model():
    settings = load(None, ["encode.channels=4", "embed.channels=4"], encode="ngram").resolved()
    bundle = Bundle.fresh(settings, Reader(Tokeniser("bytes", False, ())), ("neg", "pos"))
    texts = ["a text", "another", "", "a longer text than the others"]
    before = bundle.predict(texts)
    (found,) = speeds([(bundle, settings)], texts)
    assert set(found) == {"train_steps_per_second", "texts_per_second", "milliseconds_alone", "peak_bytes"}
    assert min(found.values()) > 0
    # Weights, gradients and the two moments of AdamW are alive at once.
    assert found["peak_bytes"] > 4 * 4 * bundle.model.cost.parameters
    assert bundle.predict(texts) == before
