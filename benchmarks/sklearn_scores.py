"""What `cross_val_score` says of TextClassifier, and of scikit-learn's own classifiers, on the same folds of real data.

    python benchmarks/sklearn_scores.py --data custrev.all.gz                five folds, three seeds
    python benchmarks/sklearn_scores.py --data custrev.all.gz --only ngram   those named so; the others' results stay
    python benchmarks/sklearn_scores.py --table                              only write the table again

DATA is a text file of lines `<label> <sentence>` in latin-1, .gz or not: Hu and Liu's customer reviews (CR), TREC's
questions and the like, as the repository sent-conv-torch of harvardnlp keeps them. A seed shuffles the rows into five
stratified folds and is the model's random_state. The rivals are tuned, on the training rows of each fold alone: words
or words and pairs of words, and one number each. Nothing of atrous is: encoders and rates are the presets, tokens are
words.

The results are kept in benchmarks/results/sklearn.json and shown in docs/sklearn.md. Seconds are those that one core
computed for one fold, search and scoring included, on the machine that ran it last; on two slow cores with company all
of it takes the better part of an hour.
"""

import argparse
import gzip
import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "benchmarks" / "results" / "sklearn.json"
PAGE = ROOT / "docs" / "sklearn.md"
BEGIN, END = "<!-- scores: written by benchmarks/sklearn_scores.py -->", "<!-- end of scores -->"
FOLDS, SEEDS = 5, 3


def read(path: Path) -> tuple[list[str], list[str]]:
    """The sentences and their labels."""
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="latin-1") as file:
        labels, texts = zip(*(line.rstrip("\n").split(" ", 1) for line in file if line.strip()), strict=True)
    return list(texts), list(labels)


def models(seed: int) -> dict[str, Any]:
    """Every classifier by the name it has in the table."""
    from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.naive_bayes import MultinomialNB
    from sklearn.pipeline import make_pipeline

    from atrous.sklearn import TextClassifier

    pairs = [(1, 1), (1, 2)]
    bayes = make_pipeline(CountVectorizer(), MultinomialNB())
    logistic = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(max_iter=1000))
    smoothing = {"countvectorizer__ngram_range": pairs, "multinomialnb__alpha": [0.1, 0.3, 1.0]}
    strength = {"tfidfvectorizer__ngram_range": pairs, "logisticregression__C": [1.0, 3.0, 10.0, 30.0]}
    words = {"embed.name": "words"}
    return {
        "`CountVectorizer`, `MultinomialNB`": GridSearchCV(bayes, smoothing, cv=3),
        "`TfidfVectorizer`, `LogisticRegression`": GridSearchCV(logistic, strength, cv=3),
        '`TextClassifier("bag")` of words': TextClassifier("bag", settings=words, random_state=seed),
        '`TextClassifier("ngram")` of words': TextClassifier("ngram", settings=words, random_state=seed),
    }


def measure(path: Path, only: str) -> dict[str, Any]:
    """Every score, model by model; printed and kept as they come."""
    import torch
    from sklearn.model_selection import StratifiedKFold, cross_val_score

    torch.set_num_threads(1)
    texts, labels = read(path)
    rows, y = np.array(texts, object), np.array(labels)
    counts = {label: int((y == label).sum()) for label in sorted(set(labels))}
    data = {"name": path.name, "rows": len(texts), "classes": counts}
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    found = kept["models"] if kept.get("data") == data else {}
    for name in filter(lambda name: only in name, models(0)):
        runs = []
        for seed in range(SEEDS):
            folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
            started = time.process_time()
            scores = [round(score, 6) for score in cross_val_score(models(seed)[name], rows, y, cv=folds).tolist()]
            seconds = round((time.process_time() - started) / FOLDS, 2)
            runs.append({"seed": seed, "scores": scores, "seconds": seconds})
            print(f"{name:<44} seed {seed}  {statistics.fmean(scores):.4f}  {seconds} s a fold", flush=True)
        found[name] = runs
        results = {"data": data, "folds": FOLDS, "models": found}
        KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    return results


def markdown(results: dict[str, Any]) -> str:
    """The results as a Markdown table, best first, and what they were measured on."""
    data = results["data"]
    lines = ["| classifier | accuracy | over seeds | seconds a fold |", "|---|---|---|---|"]
    rows = []
    for name, runs in results["models"].items():
        means = [statistics.fmean(run["scores"]) for run in runs]
        seconds = statistics.fmean(run["seconds"] for run in runs)
        rows.append((statistics.fmean(means), f"± {statistics.stdev(means):.4f} | {seconds:.1f}", name))
    lines += [f"| {name} | {mean:.4f} | {more} |" for mean, more, name in sorted(rows, reverse=True)]
    lines.append(f"| the most frequent class | {max(data['classes'].values()) / data['rows']:.4f} | | |")
    about = f"`{data['name']}`: {data['rows']:,} sentences of {len(data['classes'])} classes, {results['folds']} folds"
    return "\n".join([*lines, "", f"{about}, {len(runs)} seeds."])


def write_table(results: dict[str, Any]) -> None:
    """Put the table between its marks in the page."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="lines of a label and a sentence")
    parser.add_argument("--only", default="", help="only classifiers whose name in the table holds this")
    parser.add_argument("--table", action="store_true", help="write the table from the results kept")
    options = parser.parse_args()
    if not options.table:
        if options.data is None:
            parser.error("--data is needed, or --table")
        measure(options.data, options.only)
    write_table(json.loads(KEPT.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
