import sys

import pytest

from atrous.cli.loading import OnDemand, features_of, labels_of, loaded
from atrous.cli.options import DeviceName
from atrous.errors import FolderError


def test_a_folder_says_how_many_labels_it_has_before_its_model_is_loaded(model, tmp_path):
    assert labels_of(str(model)) == 2
    assert labels_of(str(tmp_path)) == sys.maxsize
    assert features_of(str(model)) == 0  # its rows are texts


def test_a_loaded_model_is_on_the_device_that_was_asked_for(model):
    assert {part.device.type for part in loaded(str(model), DeviceName.cpu, None).model.parameters()} == {"cpu"}


def test_a_model_on_demand_is_loaded_with_the_first_text(model, tmp_path):
    asked = OnDemand(str(tmp_path / "none"), DeviceName.cpu, None)
    with pytest.raises(FolderError):
        asked.reading(["a text"])
    asked = OnDemand(str(model), DeviceName.cpu, None)
    assert asked.reading(["a good film"]) is asked.reading(["a bad film"])
    assert asked.cut == 0
