import pytest

from atrous.config import load
from atrous.errors import ConfigError


@pytest.mark.parametrize("encode", ["rnn", "birnn", "gru", "bigru", "lstm", "bilstm"])
def test_what_a_recurrent_encoder_cannot_be_told(encode):
    assert load(None, ["encode.depth=2"], encode=encode).encode.options.keys() == {"channels", "depth", "dropout"}
    with pytest.raises(ConfigError, match="greater than or equal to 1"):
        load(None, ["encode.depth=0"], encode=encode)
    with pytest.raises(ConfigError, match="less than or equal to 1000"):
        load(None, ["encode.depth=1001"], encode=encode)
