"""Settings: a TOML file, options and `--set KEY=VALUE` become typed fields. No torch here.

    load      a file and what the command line adds -> Settings; every mistake is reported at once
    dump      Settings -> TOML that loads to the same settings
    PRESETS   what stands in for a setting left at None, by encoder

>>> settings = load(None, ["encode.depth=6"], encode="tcn", train={"seed": 3})
>>> settings.encode.options
{'channels': 64, 'depth': 6, 'kernel': 3, 'dropout': 0.1}
>>> load(None, ["train.epoch=3"])
Traceback (most recent call last):
atrous.errors.ConfigError: --set train.epoch=3: unknown setting 'train.epoch' = 3 (did you mean 'train.epochs'?)
"""

from atrous.config.encoders import ENCODE_SETTINGS, Encode
from atrous.config.fields import Settings
from atrous.config.presets import PRESETS, Preset
from atrous.config.reading import dump, load
from atrous.config.section import Section

__all__ = ["ENCODE_SETTINGS", "PRESETS", "Encode", "Preset", "Section", "Settings", "dump", "load"]
