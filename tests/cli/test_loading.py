import sys

from atrous.cli.loading import features_of, labels_of, loaded
from atrous.cli.options import DeviceName


def test_a_folder_says_how_many_labels_it_has_before_its_model_is_loaded(model, tmp_path):
    assert labels_of(str(model)) == 2
    assert labels_of(str(tmp_path)) == sys.maxsize
    assert features_of(str(model)) == 0  # its rows are texts


def test_a_loaded_model_is_on_the_device_that_was_asked_for(model):
    assert {part.device.type for part in loaded(str(model), DeviceName.cpu, None).model.parameters()} == {"cpu"}
