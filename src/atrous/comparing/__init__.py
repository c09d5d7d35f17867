"""Several models on the same rows. No torch here, so that an output can be refused before it is loaded."""

RESULTS, BEST, RUNS = "results.json", "best", "runs"  # what a race leaves: what it found, the best model, every run
REPORT = "report.html"  # one page that shows it
