import pytest

from atrous.config import Settings, dump, load
from atrous.config.tasks import OWN, TASK_HEADS
from atrous.errors import ConfigError

STRANGE = {
    "tag": ["data.soft=p", 'data.separator=";"', "predict.threshold=0.4"],
    "classify": [
        "data.spans=s",
        "data.scheme=iob1",
        "data.repair=true",
        "data.context=document",
        "predict.scheme=iob2",
    ],
}


@pytest.mark.parametrize(("task", "told"), [(task, one) for task, some in STRANGE.items() for one in some])
def test_a_setting_that_the_task_does_not_read_is_refused(task, told):
    field, other = told.split("=")[0].split(".")[1], "classify" if task == "tag" else "tag"
    with pytest.raises(ConfigError, match=f"should not have {field} where task is {task}: it is for {other}"):
        load(None, [told], task=task)
    assert load(None, [told], task=other).task == other


def test_every_setting_of_one_task_is_tried_above():
    assert {one.split("=")[0] for some in STRANGE.values() for one in some} == {
        f"{section}.{field}" for section, tasks in OWN.items() for own in tasks.values() for field in own
    }


@pytest.mark.parametrize("task", TASK_HEADS)
def test_what_is_usual_counts_for_every_task(task, tmp_path):
    (tmp_path / "s.toml").write_text(dump(load(task=task)))
    assert load(tmp_path / "s.toml") == load(task=task)
    for section, tasks in OWN.items():
        for own in tasks.values():
            assert {field: getattr(getattr(Settings(), section), field) for field in own} == own
