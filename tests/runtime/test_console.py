import io
import sys

from atrous.runtime.console import ending_with_its_reader, speak_unicode


def test_what_is_printed_to_a_pipe_is_utf_8_whatever_the_machine_speaks(monkeypatch):
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="ascii"))
    speak_unicode()
    print("прекрасный фильм \ud83d", flush=True)
    assert out.getvalue().decode() == "прекрасный фильм ?\n"


def test_a_command_without_an_exit_status_is_done():
    assert ending_with_its_reader(lambda: None)() == 0
    assert ending_with_its_reader(lambda code: code)(3) == 3
