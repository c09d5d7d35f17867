import pytest

from atrous.errors import ConfigError
from atrous.exporting.asked import check_precision


def test_data_is_for_what_loses_something():
    for precision in ("exact", "bf16", "int8"):
        check_precision(precision, data=False)
    check_precision("int8", data=True)
    with pytest.raises(ConfigError, match=r"--data: is what the loss .* leave --data out"):
        check_precision("exact", data=True)


def test_an_unknown_precision_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match="--precision: expected exact, bf16 or int8, got '32'"):
        check_precision("32", data=False)
