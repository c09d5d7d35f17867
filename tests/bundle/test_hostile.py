"""A model folder is a stranger's until it is proved to be one of ours: refused in words, at once, in little memory."""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fuzz.files import mangled

import atrous
from atrous.bundle import Bundle
from atrous.config import load
from atrous.errors import FolderError
from atrous.runtime.reader import Reader
from atrous.runtime.tokeniser import Tokeniser

FILES = ["config.toml", "vocabulary.json", "scores.json", "model.safetensors"]
TEXTS = ["good film", "", "a bad one"]


def small(encoder="ngram", *more):
    torch.manual_seed(0)
    chosen = load(None, ["embed.name=words", "embed.channels=4", "encode.channels=4", *more], encode=encoder)
    return Bundle.fresh(chosen, Reader(Tokeniser("words", True, ("good", "bad", "film"))), ("neg", "pos"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "model"
    small().save(folder)
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "model")


@pytest.fixture(autouse=True)
def at_once_and_in_little_memory():
    """Every test here ends in 20 seconds, and holds less than 200 MB more than before."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    signal.alarm(20)
    yield
    signal.alarm(0)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def change(folder, name, edit):
    """Rewrite a JSON file of the folder."""
    value = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(edit(value)))


def refused(folder, words):
    with pytest.raises(FolderError, match=words) as caught:
        atrous.load(folder)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_terabyte_is_refused_unread(folder, name):
    os.truncate(folder / name, 2**40)  # takes no room on the disk
    refused(folder, rf"{name}: (larger than the [\d,]+ bytes|truncated or not safetensors)")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["a pipe", "endless", "a folder"])
def test_what_is_no_plain_file_is_never_opened(folder, name, kind):
    (folder / name).unlink()
    if kind == "a pipe":
        os.mkfifo(folder / name)
    elif kind == "a folder":
        (folder / name).mkdir()
    else:
        (folder / name).symlink_to("/dev/zero")
    refused(folder, f"{name}: not a plain file|it has no config.toml")


def test_a_link_to_a_file_is_read_as_caches_of_models_have_them(folder, whole):
    for name in FILES:
        (folder / name).unlink()
        (folder / name).symlink_to(whole / name)
    assert atrous.load(folder).predict(TEXTS) == atrous.load(whole).predict(TEXTS)


@pytest.mark.parametrize("name", ["vocabulary.json", "scores.json"])
@pytest.mark.parametrize(
    "content", ["[" * 10**6, '{"a":' * 10**5, '{"a": 1' + "0" * 10_000 + "}", "", "[]", '"\ud800"']
)
def test_json_that_is_a_trap_is_refused(folder, name, content):
    (folder / name).write_bytes(content.encode("utf-8", "surrogatepass"))
    refused(folder, rf"{name}: (truncated or not JSON|not a JSON object)")


@pytest.mark.parametrize(
    "line",
    [
        "x = " + "[" * 100_000,
        "x = " + "9" * 10_000,
        ".".join(["a"] * 400_000) + " = 1",
        "'a b'.\"c\". " * 50_000 + "d = 1",
        "x =",
    ],
)
def test_settings_that_are_a_trap_are_refused(folder, line):
    text = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(f"{line}\n{text}")
    refused(folder, r"config\.toml: (not TOML|written by)")


@pytest.mark.parametrize(
    "old, new",
    [
        ("channels = 4", "channels = 2000000000"),
        ("channels = 4", "channels = 100000"),
        ("channels = 4", "channels = 1" + "0" * 100),
        ("kernels = [3, 4, 5]", "kernels = [2000000000]"),
        ("kernels = [3, 4, 5]", f"kernels = [{', '.join(['3'] * 900)}]"),
        ("kernels = [3, 4, 5]", f"kernels = [{', '.join(['3'] * 100_000)}]"),
        ("bigrams = 0", "bigrams = 2000000000"),
        ('name = "ngram"', 'name = "attention"'),
        ('name = "ngram"', 'name = "../../evil"'),
        ('name = "words"', 'name = "values"'),
        ("letters = 0", "letters = 900"),
        ("format = 1", "format = true"),
        ("format = 1", "format = -1"),
        ("format = 1", "format = 1" + "0" * 2000),
        ("format = 1", 'format = "1"'),
        ('atrous = "', 'atrous = 3\nx = "'),
    ],
)
def test_settings_of_another_or_an_impossible_model_are_refused(folder, old, new):
    text = (folder / "config.toml").read_text()
    assert old in text
    (folder / "config.toml").write_text(text.replace(old, new))
    refused(folder, r"config\.toml")


def test_a_newer_format_with_a_writer_that_is_no_version_is_refused_in_one_line(folder):
    text = (folder / "config.toml").read_text().replace("format = 1", "format = 7")
    (folder / "config.toml").write_text("\n".join(line for line in text.splitlines() if not line.startswith("atrous")))
    refused(folder, "written by atrous an unknown version in format 7")


def words(tokens, kind="words"):
    return {"kind": kind, "lower": True, "tokens": list(tokens)}


@pytest.mark.parametrize(
    "edit",
    [
        lambda value: {**value, "labels": [str(number) for number in range(10**6)]},
        lambda value: {**value, "labels": ["neg", "pos", "neg"]},
        lambda value: {**value, "labels": {"neg": 0, "pos": 1}},
        lambda value: {**value, "labels": [["neg"], "pos"]},
        lambda value: {**value, "reader": {"series": {"mean": [10**400], "deviation": [1]}}},
        lambda value: {**value, "reader": {"series": {"mean": [0.0] * 10**5, "deviation": [1.0] * 10**5}}},
        lambda value: {**value, "reader": {**value["reader"], "letters": 10**9, "spelling": words("ab", "characters")}},
        lambda value: {**value, "reader": {**value["reader"], "features": {"hashed": 10**9}}},
        lambda value: {**value, "reader": {**value["reader"], "features": {"shape": "yes"}}},
        lambda value: {**value, "reader": {**value["reader"], "two_texts": True}},
        lambda value: {**value, "reader": {**value["reader"], "max_steps": -1}},
        lambda value: {**value, "reader": {"tokeniser": words([f"w{n}" for n in range(10**5)])}},
        lambda value: {**value, "reader": {"tokeniser": words([*map(str, range(10**5)), "99999"])}},
        lambda value: {**value, "reader": {"tokeniser": {**words(["a"], "bpe"), "merges": ["a a"]}}},
        lambda value: {"labels": value["labels"]},
        lambda value: {},
    ],
)  # fmt: skip
def test_a_vocabulary_of_another_model_or_of_none_is_refused(folder, edit):
    change(folder, "vocabulary.json", edit)
    refused(folder, r"vocabulary\.json")


@pytest.mark.parametrize("place", ["/dev/zero", "/etc/passwd", "../../secret", "pipe"])
def test_a_file_of_vectors_that_a_folder_names_is_not_opened(folder, tmp_path, place):
    if place == "pipe":
        os.mkfifo(tmp_path / "pipe")
        place = str(tmp_path / "pipe")
    bundle = small("ngram")
    bundle.save(folder, force=True)
    text = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(text.replace('name = "words"', f'name = "words"\nvectors = "{place}"'))
    assert atrous.load(folder).predict(TEXTS) == bundle.predict(TEXTS)
    assert atrous.field(folder)


@pytest.mark.slow
def test_no_code_in_a_folder_runs(folder, tmp_path):
    """Names that Python or torch would run, were they looked for."""
    evil = f"import pathlib; pathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
    for name in ("__init__.py", "conftest.py", "model.py", "modeling.py", "sitecustomize.py", "hubconf.py"):
        (folder / name).write_text(evil)
    torch.save({"a": torch.zeros(1)}, folder / "model.bin")
    code = "import atrous, sys; atrous.load('.').predict(['good'])"
    subprocess.run([sys.executable, "-c", code], cwd=folder, check=True)
    assert not (tmp_path / "ran").exists()


def load_or_refuse(folder):
    """Answers as of any model, or a refusal; anything else is a fault."""
    try:
        answers = atrous.load(folder).predict(TEXTS)
    except FolderError as error:
        assert "\n" not in str(error)  # noqa: PT017
        return False
    assert all(0 <= answer.probability <= 1 for answer in answers)
    return True


def mutate(folder, name, content):
    before = (folder / name).read_bytes()
    (folder / name).write_bytes(content)
    try:
        return load_or_refuse(folder)
    finally:
        (folder / name).write_bytes(before)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_folder_with_an_accident_is_refused_or_answers(whole, data):
    name = data.draw(st.sampled_from(FILES))
    mutate(whole, name, data.draw(mangled((whole / name).read_bytes())))


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.data())
def test_many_folders_with_an_accident_are_refused_or_answer(whole, data):
    name = data.draw(st.sampled_from(FILES))
    mutate(whole, name, data.draw(mangled((whole / name).read_bytes())))


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_another_folder_is_refused_or_answers(folder, tmp_path, name):
    others = {
        "encoder": small("lstm"),
        "channels": small("ngram", "encode.channels=5"),
        "labels": small("ngram", "predict.name=labels"),
        "seed": small("ngram", "train.seed=3"),
    }
    for kind, other in others.items():
        other.save(tmp_path / kind)
        mutate(folder, name, (tmp_path / kind / name).read_bytes())


@pytest.mark.parametrize("name", FILES)
def test_a_file_cut_anywhere_is_refused_or_answers(folder, name):
    content = (folder / name).read_bytes()
    cuts = range(0, len(content) - 2, max(1, len(content) // 20))
    taken = [mutate(folder, name, content[:cut]) for cut in cuts]
    assert not any(taken) or name == "config.toml"  # settings that are left out have defaults
