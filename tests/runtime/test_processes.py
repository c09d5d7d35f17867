from atrous.runtime.processes import Processes, processes


def test_torchrun_says_which_process_this_is(monkeypatch):
    for name, value in {"TORCHELASTIC_RUN_ID": "none", "RANK": "3", "WORLD_SIZE": "4", "LOCAL_WORLD_SIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    assert processes() == Processes(rank=3, world=4, beside=2)
    assert not processes().first


def test_the_numbers_of_another_launcher_are_not_ours(monkeypatch):
    monkeypatch.setenv("RANK", "3")
    monkeypatch.setenv("WORLD_SIZE", "4")
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    assert processes() == Processes()
    assert processes().first
