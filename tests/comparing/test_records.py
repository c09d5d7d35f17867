import pytest

from atrous.comparing.records import RECORD, recorded, records
from atrous.errors import ConfigError


def test_a_run_is_there_whole_or_not_at_all(tmp_path):
    with recorded(tmp_path / "runs", "b", {"score": 0.5}) as fresh:
        (fresh / "more").write_text("x")
        assert list(fresh.parent.glob("b")) == []
    with pytest.raises(KeyboardInterrupt), recorded(tmp_path / "runs", "a", {"score": 1.0}):
        raise KeyboardInterrupt
    assert list(records(tmp_path / "runs")) == [{"score": 0.5}]
    assert sorted(place.name for place in (tmp_path / "runs" / "b").iterdir()) == ["more", RECORD]
    assert [place.name for place in (tmp_path / "runs").iterdir()] == ["b"]  # what was cut off is gone


def test_a_damaged_record_is_named(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / RECORD).write_text("{")
    with pytest.raises(ConfigError, match=r"run\.json: damaged"):
        list(records(tmp_path))
