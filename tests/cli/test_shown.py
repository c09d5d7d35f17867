import json

import pytest
import torch

from atrous.cli.options import DeviceName
from atrous.cli.shown import prepare, say, say_json
from atrous.errors import ConfigError


def test_results_go_to_standard_output(capsys):
    say("one", "two")
    say_json({"text": "für"})
    said = capsys.readouterr()
    assert said.out.splitlines()[:2] == ["one", "two"]
    assert json.loads(said.out.splitlines()[2]) == {"text": "für"}
    assert not said.err


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_prepare_sets_the_threads_and_names_the_device():
    assert prepare(DeviceName.auto, 1) == "cpu"
    assert torch.get_num_threads() == 1
    with pytest.raises(ConfigError, match="no CUDA device here"):
        prepare(DeviceName.cuda, None)
