"""The run-time check of every annotation while the tests run; see conftest.py."""

from beartype import BeartypeConf, beartype

# An int may stand for a float, as it may for mypy.
check = beartype(conf=BeartypeConf(is_pep484_tower=True))
