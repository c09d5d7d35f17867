"""The tables of README and docs/compare.md: run the demo and write its results down.

    python benchmarks/demo.py            run the demo, keep its results, write the README's table
    python benchmarks/demo.py --full     the same of `atrous demo --full`, whose table stands in docs/compare.md
    python benchmarks/demo.py --table    only write the table again, from the results kept

The results are kept in benchmarks/results/; the speeds in them are those of the machine that ran the demo last.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent


class Place(NamedTuple):
    """Where the results of a demo are kept, and the page that shows them, between marks."""

    kept: Path
    page: Path
    begin: str
    end: str

    @property
    def written(self) -> str:
        """What stands between the marks."""
        return self.page.read_text(encoding="utf-8").split(self.begin)[1].split(self.end)[0].strip()

    def write(self, table: str) -> None:
        """Put the table between the marks."""
        before, rest = self.page.read_text(encoding="utf-8").split(self.begin)
        after = rest.split(self.end)[1]
        self.page.write_text(f"{before}{self.begin}\n\n{table}\n\n{self.end}{after}", encoding="utf-8")


RESULTS = ROOT / "benchmarks" / "results"
SHORT = Place(
    RESULTS / "demo.json", ROOT / "README.md", "<!-- demo: written by benchmarks/demo.py -->", "<!-- end of demo -->"
)
FULL = Place(
    RESULTS / "demo_full.json",
    ROOT / "docs" / "compare.md",
    "<!-- full demo: written by benchmarks/demo.py --full -->",
    "<!-- end of full demo -->",
)


def markdown(results: dict[str, Any]) -> str:
    """The results as a Markdown table, best on test first, baselines and ceiling among the models, and the verdict."""
    from atrous.comparing.verdict import verdict

    heads = ["model", "accuracy on test", "failed seeds", "encoder parameters", "sees", "training steps/s", "texts/s"]
    heads += ["one text", "memory", "rate"] * ("plan" in results)
    beside = {**results["baselines"], "*no function of the text can beat*": results["ceiling"]}
    rows = [(score, [name, f"{score:.4f}"]) for name, score in beside.items()]
    rows += [(model["mean"], _row(model)) for model in results["models"] if model["mean"] is not None]
    lines = [heads, ["---"] * len(heads), *(row for _, row in sorted(rows, key=lambda row: -row[0]))]
    table = [f"| {' | '.join([*line, *[''] * (len(heads) - len(line))])} |" for line in lines]
    said = " ".join(results.get("verdict") or verdict(results))
    seeds = max(len(model["scores"]) + model["failed_seeds"] for model in results["models"])
    data = results["data"]
    about = (
        f"{said} {seeds} seeds each; {data['train']:,} training rows, {data['dev']:,} to choose by, "
        f"{data['test']:,} to judge by; {results['seconds']:.0f} seconds in all."
    )
    return "\n".join([*table, "", about])


def _row(model: dict[str, Any]) -> list[str]:
    row = [
        f"`{model['name']}`", f"{model['mean']:.4f} ± {model['sd']:.4f}", str(model["failed_seeds"]),
        f"{model['encoder_parameters']:,}", model["sees"], f"{model['train_steps_per_second']:,.0f}",
        f"{model['texts_per_second']:,.0f}",
    ]  # fmt: skip
    if "peak_bytes" not in model:
        return row
    return [
        *row, f"{model['milliseconds_alone']:.2f} ms", f"{model['peak_bytes'] / 2**20:,.1f} MiB", f"{model['rate']:g}",
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="nine encoders and a search of the learning rate")
    parser.add_argument("--table", action="store_true", help="write the table from the results kept")
    asked = parser.parse_args()
    place = FULL if asked.full else SHORT
    if not asked.table:
        with tempfile.TemporaryDirectory() as folder:
            words = ["demo", *["--full"] * asked.full, "--out", "runs/demo"]
            subprocess.run([sys.executable, "-m", "atrous", *words], check=True, cwd=folder)
            shutil.copyfile(Path(folder) / "runs" / "demo" / "results.json", place.kept)
    place.write(markdown(json.loads(place.kept.read_text(encoding="utf-8"))))


if __name__ == "__main__":
    main()
