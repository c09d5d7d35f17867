"""The README's table: run the demo and write its results down.

    python benchmarks/demo.py            run the demo, keep its results, write the README's table
    python benchmarks/demo.py --table    only write the table again, from the results kept

The results are kept in benchmarks/results/demo.json; the speeds in them are those of the machine that ran it last.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
KEPT = ROOT / "benchmarks" / "results" / "demo.json"
README = ROOT / "README.md"
BEGIN, END = "<!-- demo: written by benchmarks/demo.py -->", "<!-- end of demo -->"


def markdown(results: dict[str, Any]) -> str:
    """The results as a Markdown table, best on test first, baselines and ceiling among the models, and a verdict."""
    from atrous.comparing.table import verdict

    lines = [
        "| model | accuracy on test | failed seeds | encoder parameters | sees | training steps/s | texts/s |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = [(score, f"| {name} | {score:.4f} | | | | | |") for name, score in results["baselines"].items()]
    rows.append((results["ceiling"], f"| *no function of the text can beat* | {results['ceiling']:.4f} | | | | | |"))
    rows += [
        (
            model["mean"],
            f"| `{model['name']}` | {model['mean']:.4f} ± {model['sd']:.4f} | {model['failed_seeds']} "
            f"| {model['encoder_parameters']:,} | {model['sees']} | {model['train_steps_per_second']:,.0f} "
            f"| {model['texts_per_second']:,.0f} |",
        )
        for model in results["models"]
        if model["mean"] is not None
    ]
    lines += [line for _, line in sorted(rows, key=lambda row: -row[0])]
    seeds = max(len(model["scores"]) + model["failed_seeds"] for model in results["models"])
    data = results["data"]
    said = " ".join(results.get("verdict") or verdict(results))
    about = (
        f"{said} {seeds} seeds each; {data['train']:,} training rows, {data['dev']:,} to choose by, "
        f"{data['test']:,} to judge by; {results['seconds']:.0f} seconds in all."
    )
    return "\n".join([*lines, "", about])


def write_table(results: dict[str, Any]) -> None:
    """Put the table between its marks in the README."""
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--table", action="store_true", help="write the table from the results kept")
    if not parser.parse_args().table:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "demo"
            subprocess.run([sys.executable, "-m", "atrous", "demo", "--out", str(out)], check=True)
            shutil.copyfile(out / "results.json", KEPT)
    write_table(json.loads(KEPT.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
