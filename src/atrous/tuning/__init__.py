"""Searching for better settings. No torch here, so that an output can be refused before it is loaded."""

# What a search leaves in its folder: the settings and the model it found, every trial, and optuna's own journal.
SETTINGS, BEST, TRIALS, JOURNAL = "best.toml", "best", "trials.json", "journal.log"
