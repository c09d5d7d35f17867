import pytest
from pydantic import ValidationError

from atrous.config.section import Channels, Section


class Named(Section):
    name: str = "one"
    channels: Channels = 3


def test_the_options_of_a_section_are_its_fields_but_for_the_name():
    assert Named().options == {"channels": 3}


@pytest.mark.parametrize("fields", [{"channels": 0}, {"channels": "3"}, {"other": 1}])
def test_a_section_takes_its_own_fields_of_their_own_kind(fields):
    with pytest.raises(ValidationError):
        Named(**fields)
