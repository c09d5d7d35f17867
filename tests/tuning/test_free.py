import pytest

from atrous.config import dump, load
from atrous.errors import ConfigError
from atrous.tuning.free import changed, check, free, spoken, start
from atrous.tuning.space import EVERY, SPACE


def test_what_the_user_set_is_not_searched(tmp_path):
    path = tmp_path / "my.toml"
    path.write_text('[encode]\nname = "tcn"\ndepth = 5\n[predict]\ndropout = 0.3\n')
    settings = load(path, ["train.rate=0.002"])
    assert {**SPACE["tcn"], **EVERY}.keys() - free(settings).keys() == {"encode.depth", "predict.dropout", "train.rate"}
    found = changed(settings, {"encode.kernel": 7, "embed.dropout": 0.2})
    assert (found.encode.depth, found.encode.kernel, found.train.rate) == (5, 7, 0.002)
    assert (found.predict.dropout, found.embed.dropout) == (0.3, 0.2)


def test_a_setting_set_to_what_it_is_anyway_is_set():
    assert "encode.depth" not in free(load(None, ["encode.depth=4"], encode="tcn"))


def test_the_start_is_what_the_settings_say():
    first = start(load(encode="bag"))
    assert (first["embed.channels"], first["embed.bigrams"], first["train.rate"]) == (64, 20_000, 0.02)
    assert changed(load(encode="bag"), first).resolved() == load(encode="bag").resolved()


def test_a_file_of_vectors_says_how_wide_and_a_series_has_no_pairs(tmp_path):
    vectors = load(None, ["embed.name=words", "embed.vectors=v.txt"], encode="bag")
    series = load(None, ["embed.name=values"], encode="bag")
    assert list(free(vectors)) == list(free(series)) == list(EVERY)


@pytest.mark.parametrize("heads", [1, 2, 3, 8])
def test_every_width_can_be_divided_among_the_heads(heads):
    settings = load(None, [f"encode.heads={heads}", "encode.channels=48"], encode="attention")
    assert "encode.channels" not in free(settings)
    open_width = load(None, [] if heads == 2 or 64 % heads else [f"encode.heads={heads}"], encode="attention")
    kind = free(open_width)["encode.channels"]
    widths = [width for width in range(1, 200) if kind.has(width)]
    assert 64 in widths
    assert not [width for width in widths if width % open_width.encode.heads]


def test_settings_that_fix_everything_are_refused_with_the_names_of_what_may_go(tmp_path):
    path = tmp_path / "all.toml"
    path.write_text(dump(load(encode="ngram").resolved()))
    fixed = load(path)
    with pytest.raises(ConfigError, match=r"nothing is left to search: .*encode.channels, encode.kernels, train.rate"):
        check([fixed])
    check([fixed, load(encode="bag")])


def test_a_nested_value_is_told_in_a_few_words():
    assert spoken({"encode.contexts": ((1, 1), (2, 2)), "embed.bigrams": 0}) == "contexts 1-1 2-2, embed.bigrams 0"
