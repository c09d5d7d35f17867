import pytest

from atrous.cli import main

SMALL = [
    "--set", "embed.channels=8", "--set", "encode.channels=8", "--set", "train.epochs=3",
    "--set", "train.batch=8", "--set", "train.rate=0.02",
]  # fmt: skip


@pytest.fixture
def atrous(tmp_path, monkeypatch, capsys):
    """Run a command in a folder of its own: (exit status, standard output, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


@pytest.fixture(scope="session")
def reviews(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    rows = [f"a {['good', 'bad'][n % 2]} film seen {n} times,{['pos', 'neg'][n % 2]}" for n in range(200)]
    path.write_text("\n".join(["text,label", *rows]) + "\n")
    return path


@pytest.fixture(scope="session")
def model(reviews, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "ngram"
    assert main(["train", "--data", str(reviews), "--encode", "ngram", "--out", str(path), "--quiet", *SMALL]) == 0
    return path
