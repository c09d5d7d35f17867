"""Several models on the same rows. No torch here, so that an output can be refused before it is loaded."""

RESULTS, BEST = "results.json", "best"  # what a race leaves in its folder: what it found, and the best model
