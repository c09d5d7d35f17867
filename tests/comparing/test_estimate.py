import torch
from tests.comparing.races import raced

from atrous.comparing.estimate import costs


def test_what_a_run_takes_is_more_than_nothing_and_draws_no_random_numbers():
    entry, corpus, tokens = raced()
    before = torch.random.get_rng_state()
    found = costs(entry.settings, tokens, corpus.labels, device="cpu", searched=False)
    assert min(found.run, found.epoch, found.speed) > 0
    assert not found.searched
    assert torch.equal(torch.random.get_rng_state(), before)
