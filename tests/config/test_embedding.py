"""What may be set together, and what a model then reads."""

import pytest

from atrous.config import Settings, load
from atrous.errors import ConfigError


@pytest.mark.parametrize(
    "overrides, said",
    [
        (
            ["embed.name=bytes", "embed.vectors=a.txt"],
            "should not be set where embed.name is bytes: it is for words",
        ),
        (["embed.name=values", "embed.beside=words"], "should not be set where embed.name is values"),
        (["embed.name=values", "embed.bigrams=9"], "should not be set where embed.name is values"),
        (
            ["embed.name=characters", "embed.letters=9"],
            "'embed.letters' is 9, but should not be set .* for words",
        ),
        (["embed.shape=true"], "should not be set where embed.name is characters: it is for words"),
        (["embed.name=bpe", "embed.affixes=2"], "should not be set where embed.name is bpe: it is for words"),
        (["embed.name=bytes", "embed.hashed=9"], "should not be set where embed.name is bytes: it is for words"),
        (["embed.name=words", "embed.affixes=11"], "less than or equal to 10"),
        (["embed.name=values", "embed.word_dropout=0.1"], "should not be set where embed.name is values"),
        (["embed.name=words", "embed.letter_channels=30"], "should not be set without embed.letters"),
        (
            ["embed.name=words", "embed.lower=true", "embed.shape=true"],
            "should not have shape with lower, but where task is tag: a text in lower case has no capitals",
        ),
        (["embed.letters=9"], "should not be set where embed.name is characters"),
        (["embed.name=bpe", "embed.limit=255"], "'embed.limit' is 255, but should be 256 or more for bpe"),
        (["embed.beside=bpe", "embed.limit=9"], "should be 256 or more for bpe"),
        (["embed.tuning=both"], "'embed.tuning' is \"both\", but should not be set without embed.vectors"),
        (["embed.name=words", "embed.vectors=a", "embed.bigrams=9"], "should be 0 with embed.vectors"),
        (["embed.name=values", "data.beside=german"], "should read texts where data.beside names a second one"),
        (["embed.name=word"], r"did you mean 'words'"),
    ],
)
def test_what_does_not_go_together_is_refused(overrides, said):
    with pytest.raises(ConfigError, match=said):
        load(None, overrides)


@pytest.mark.parametrize(
    "overrides, reads",
    [
        ([], ("ids",)),
        (["embed.beside=words"], ("ids", "beside")),
        (["data.beside=german"], ("ids", "beside")),
        (["embed.name=words", "embed.letters=5", "data.beside=german"], ("ids", "beside", "characters")),
        (["embed.name=words", "embed.affixes=2"], ("ids", "features")),
        (["embed.name=words", "embed.letters=5", "embed.hashed=9"], ("ids", "characters", "features")),
        (["task=tag", "embed.lower=true", "embed.shape=true"], ("ids", "features")),
        (["embed.name=values"], ("values",)),
    ],
)
def test_settings_say_what_a_model_reads(overrides, reads):
    assert load(None, overrides).reads == reads


@pytest.mark.parametrize(
    "overrides",
    [
        ["embed.name=values", "encode.name=bag"],
        ["embed.name=words", "embed.vectors=a.txt", "encode.name=bag"],
        ["embed.name=bpe", "embed.limit=300", "embed.beside=words", "embed.positions=true"],
        ["embed.name=words", "embed.letters=5", "data.beside=german", "embed.join=concatenate"],
    ],
)
def test_what_is_resolved_may_be_written_and_read_again(overrides):
    settings = load(None, overrides).resolved()
    assert Settings.model_validate(settings.model_dump(exclude_none=True)) == settings
    assert settings.embed.bigrams == 0


def test_channels_are_64_unless_a_file_of_vectors_has_others():
    assert load(None, []).resolved().embed.channels == 64
    assert load(None, ["embed.name=words", "embed.vectors=a.txt"]).resolved().embed.channels is None
