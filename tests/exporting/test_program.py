import pytest
import torch
from tests.exporting.conftest import fresh

from atrous.contract import Batch, Layer
from atrous.errors import NotExportable, NotStreamable
from atrous.exporting import program
from atrous.exporting.parity import ready

EXAMPLE = Batch(torch.randint(2, 6, (2, 6), dtype=torch.int32), torch.tensor([4, 6]))


def names(values):
    return {value.name: [str(size) for size in value.shape] for value in values}


def test_the_graph_of_whole_rows_has_the_names_of_the_batch(tmp_path):
    made = program.whole(ready(fresh("ngram").model), EXAMPLE)
    graph = made.model.graph
    assert names(graph.inputs) == {"ids": ["batch", "time"], "lengths": ["batch"]}
    assert names(graph.outputs) == {"logits": ["batch", "2"]}


def test_the_graph_of_a_chunk_takes_and_gives_every_state_that_holds_a_number():
    model = ready(fresh("tcn", "encode.depth=1").model)
    made, start = program.stream(model, EXAMPLE)
    graph = made.model.graph
    states = {"state_0": ["batch", "2", "8"], "state_1": ["batch", "2", "8"], "state_2": ["batch", "8"]}
    assert names(graph.inputs) == {"ids": ["batch", "time"], "mask": ["batch", "time"], **states}
    assert names(graph.outputs) == {"logits": ["batch", "2"], **{f"next_{name}": size for name, size in states.items()}}
    assert {name: list(row.shape) for name, row in start.items()} == {
        "state_0": [1, 2, 8], "state_1": [1, 2, 8], "state_2": [1, 8],
    }  # fmt: skip
    assert start["state_2"].tolist() == [[-torch.inf] * 8]  # a maximum over nothing


def test_a_graph_is_written_without_the_paths_of_this_machine(tmp_path):
    made = program.whole(ready(fresh("bag").model), EXAMPLE)
    program.save(made, tmp_path / "model.onnx")
    written = (tmp_path / "model.onnx").read_bytes()
    assert b"atrous/" not in written
    assert b"torch.onnx" not in written


@pytest.mark.parametrize("name", ["tcn", "conv"])
def test_no_graph_copies_what_its_convolutions_can_pad(name):
    made = program.whole(ready(fresh(name).model), EXAMPLE)
    kinds = [node.op_type for node in made.model.graph]
    assert "Conv" in kinds
    assert "Pad" not in kinds


def test_what_does_not_stream_says_so_before_it_is_traced():
    with pytest.raises(NotStreamable, match="attention over the whole row"):
        program.stream(ready(fresh("attention").model), EXAMPLE)


class DependsOnTheData(Layer):
    """Takes a number out of torch's hands, as no graph can."""

    def forward(self, x, mask=None):
        return x * float(x.sum().item() > 0)


def test_a_model_that_cannot_be_traced_is_refused_in_words():
    model = ready(fresh("bag").model)
    model.encode = DependsOnTheData()
    with pytest.raises(NotExportable, match=r"torch cannot trace the model \(\w+"):
        program.whole(model, EXAMPLE)
