"""Folders that were written once, in format 1, are read for ever with the answers they gave then.

NEVER regenerate tests/fixtures/format-1: it stands for every model folder and export that users have. Where this test
fails, the reader is to be mended, not the fixture. A new format gets a second folder beside it, and this one stays.
"""

import json
from pathlib import Path

import pytest

import atrous
from atrous.runtime.graph import Exported

FORMAT_1 = Path(__file__).parents[1] / "fixtures" / "format-1"


def agree(found, expected):
    """The labels, and probabilities to what another version of torch may round otherwise."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        now = one.to_json()
        assert now.keys() == other.keys()
        assert now.get("label", now.get("labels")) == other.get("label", other.get("labels"))
        assert now["probability"] == pytest.approx(other["probability"], abs=1e-5)
        assert now["probabilities"] == pytest.approx(other["probabilities"], abs=1e-5)


@pytest.mark.parametrize("name", ["classes", "labels"])
def test_a_model_folder_of_format_1_is_read_with_the_answers_it_gave(name, tmp_path):
    expected = json.loads((FORMAT_1 / f"{name}.json").read_text(encoding="utf-8"))
    bundle = atrous.load(FORMAT_1 / name)
    agree(bundle.predict(expected["texts"]), expected["answers"])
    assert {answer.label for answer in bundle.predict(expected["texts"])} > {bundle.predict("")[0].label}
    bundle.save(tmp_path / "again")
    agree(atrous.load(tmp_path / "again").predict(expected["texts"]), expected["answers"])


def test_an_export_of_format_1_is_read_with_the_answers_it_gave():
    expected = json.loads((FORMAT_1 / "classes.json").read_text(encoding="utf-8"))
    exported = Exported(FORMAT_1 / "export")
    agree(exported.predict(expected["texts"]), expected["answers"])
    assert exported.start(2)


def test_the_fixture_is_small_enough_to_keep():
    assert sum(path.stat().st_size for path in FORMAT_1.rglob("*") if path.is_file()) < 60_000
