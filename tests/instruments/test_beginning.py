import pytest
import torch

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.instruments.beginning import untrained
from atrous.layers import fold
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

ROWS = [{"text": f"{['good', 'bad'][n % 2]} film {n}", "label": ["pos", "neg"][n % 2]} for n in range(60)]
STILL = ["train.rate=1e-40", "train.epochs=1", "embed.channels=4", "encode.channels=4", "encode.depth=1"]


@pytest.mark.parametrize("seed", [0, 3])
def test_it_is_what_training_began_with(seed):
    """At a rate that moves nothing, the trained model is the one that training began with."""
    bundle = atrous.train(ROWS, encode="tcn", set=STILL, seed=seed, quiet=True)
    before = torch.random.get_rng_state()
    model, why = untrained(bundle)
    assert why == ""
    assert torch.equal(before, torch.random.get_rng_state())
    found, kept = fold(model).state_dict(), bundle.model.state_dict()
    assert found.keys() == kept.keys()
    for name, value in kept.items():
        torch.testing.assert_close(found[name], value, rtol=1e-6, atol=1e-7)


def test_vectors_are_put_in_while_their_file_is_there(tmp_path):
    path = tmp_path / "vectors.txt"
    path.write_text("good 1 2 3 4\nbad 5 6 7 8\n")
    words = ["embed.name=words", "embed.minimum_count=1", f"embed.vectors={path}", *STILL[:2], *STILL[3:]]
    bundle = atrous.train(ROWS, encode="ngram", set=[one for one in words if "depth" not in one], quiet=True)
    model, _ = untrained(bundle)
    torch.testing.assert_close(model.embed.table(), bundle.model.embed.table())
    path.unlink()
    assert untrained(bundle)[0] is None
    assert "vectors.txt, cannot be read any more" in untrained(bundle)[1]


def test_a_model_that_went_on_from_another_has_no_known_start():
    bundle = Bundle.fresh(load(encode="ngram"), Reader(Tokeniser("bytes", False, ())), ("a", "b"))
    bundle.scores["init"] = {"head": "new"}
    assert untrained(bundle) == (None, "its training began with the weights of another model, so only the end is known")
