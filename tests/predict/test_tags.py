import pytest
import torch

from atrous.predict import Tags

IOB2 = ("B-LOC", "B-PER", "I-LOC", "I-PER", "O")


def test_the_loss_is_that_of_the_real_steps_alone():
    head, logits = Tags(4, IOB2, scheme="iob2"), torch.randn(2, 3, 5, dtype=torch.double)
    targets = torch.tensor([[0, 4, -1], [3, -1, -1]])
    steps = [logits[row, step].log_softmax(0)[targets[row, step]] for row, step in ((0, 0), (0, 1), (1, 0))]
    torch.testing.assert_close(head.loss(logits, targets), -torch.stack(steps).mean())
    changed = logits.clone()
    changed[targets == -1] = 1e9
    torch.testing.assert_close(head.loss(changed, targets), head.loss(logits, targets))


def test_rows_without_a_step_have_no_loss_and_no_gradient():
    logits = torch.randn(1, 2, 5, requires_grad=True)
    loss = Tags(4, IOB2, scheme="iob2").loss(logits, torch.full((1, 2), -1))
    loss.backward()
    assert float(loss.detach()) == 0 and not logits.grad.any()


def counts(scheme, given, wanted, labels=IOB2):
    logits = torch.nn.functional.one_hot(torch.tensor(given), len(labels)).double()
    return [float(one) for one in Tags(4, labels, scheme=scheme).counts(logits, torch.tensor(wanted))]


def test_spans_count_whole_and_what_is_padded_not_at_all():
    #  wanted PER(0, 2), LOC(2, 3); given PER(0, 2), LOC(2, 4)
    assert counts("iob2", [[1, 3, 0, 2, 1]], [[1, 3, 0, 4, -1]]) == [2.0, 4.0]


def test_plain_tags_count_by_themselves():
    assert counts("plain", [[0, 1, 1, 1]], [[0, 1, 0, -1]], ("NOUN", "VERB")) == [2.0, 3.0]


def test_one_tag_is_no_choice():
    with pytest.raises(ValueError, match="at least two tags, got 1"):
        Tags(4, ["O"], scheme="plain")
