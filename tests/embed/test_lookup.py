import pytest
import torch

from atrous.contract import Batch
from atrous.embed import Multichannel, Pretrained, Spelled, Tokens
from atrous.embed.lookup import look_up


@pytest.mark.parametrize("wrong", [9, -1])
@pytest.mark.parametrize(
    "embed, field",
    [
        (Tokens(9, 3), "ids"),
        (Tokens(9, 3, bigrams=7), "ids"),
        (Multichannel(Tokens(99, 3), Pretrained(9, 3, tuned=False, field="beside")), "beside"),
        (Spelled(9, 3, letters=2), "characters"),
    ],
)
def test_an_id_out_of_range_is_named_in_a_sentence(embed, field, wrong):
    ids, right = torch.tensor([[5, wrong]]), torch.tensor([[5, 5]])
    fields = {"ids": right, "beside": right, "characters": ids[:, None]} | (
        {field: ids} if field != "characters" else {}
    )
    batch = Batch(lengths=torch.tensor([2]), **fields)
    with pytest.raises(
        ValueError, match=f"{field}: {wrong} is no id of this embedding, whose ids are 0 to 8; take ids"
    ):
        embed(batch)


def test_ids_of_any_integer_type_are_looked_up():
    vectors = torch.arange(6.0).view(3, 2)
    assert look_up(torch.tensor([[2, 0]], dtype=torch.int32), vectors, field="ids").tolist() == [[[4, 5], [0, 1]]]
