from atrous.training.log import Log


def test_the_file_is_up_to_date_after_every_row_and_has_none_twice(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("what a killed run left")
    log = Log(path, ["loss", "dev_loss"])
    log.restart()
    log.add(1, 20, loss=0.5)
    kept = log.text
    log.add(1, 40, loss=0.25)
    assert path.read_text() == "epoch,step,loss,dev_loss\n1,20,0.5,\n1,40,0.25,\n"
    again = Log(path, ["loss", "dev_loss"])
    again.restart(kept)
    again.add(1, 40, loss=0.25)
    assert path.read_text() == log.text


def test_without_a_path_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    log = Log(None, ["loss"])
    log.restart()
    log.add(1, 1, loss=1.0)
    assert log.text == "epoch,step,loss\n1,1,1.0\n"
    assert not list(tmp_path.iterdir())


def test_a_column_whose_name_has_a_comma_is_quoted():
    log = Log(None, ["Conv(4, 4)", "loss"])
    log.add(1, 2, **{"Conv(4, 4)": 0.5})
    assert log.text == 'epoch,step,"Conv(4, 4)",loss\n1,2,0.5,\n'
