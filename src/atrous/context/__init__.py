"""How much context the data need: one cheap model at growing windows. No torch here."""

NEEDS, SETTINGS, PAGE = "needs.json", "settings.toml", "needs.html"  # what was found, a model that sees it, a picture
RUNS = "runs"  # where each run is kept while there are more to come
