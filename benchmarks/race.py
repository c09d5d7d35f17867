"""The race on a set that others have published scores on: TREC (kinds of questions) or CR (customer reviews).

    python benchmarks/race.py trec --data FOLDER            all of it; --minutes 20 cuts it to size
    ATROUS_DATA=FOLDER python benchmarks/race.py cr

FOLDER holds trec/TREC.train.all.gz and trec/TREC.test.all.gz, or cr/custrev.all.gz: gzip, latin-1, `<label> <sentence>`
a line, as in https://github.com/harvardnlp/sent-conv-torch. Without them nothing is measured and nothing is changed.
The results are kept in benchmarks/results/race_SET.json, without any sentence of the data, which is not ours to copy.
--out keeps the whole race, its report.html included.
"""

import argparse
import csv
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
SETS = {
    "trec": {"train": "trec/TREC.train.all.gz", "test": "trec/TREC.test.all.gz"},
    "cr": {"train": "cr/custrev.all.gz"},
}
ENCODERS = "bag,ngram,tcn,residual,wavenet,gru,bilstm,hybrid,attention"


def write_table(source: Path, out: Path) -> None:
    """The lines of a file as a table of texts and labels."""
    with gzip.open(source, "rt", encoding="latin-1") as lines, out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("text", "label"))
        writer.writerows((text.strip(), label) for label, _, text in (line.partition(" ") for line in lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("set", choices=SETS)
    parser.add_argument("--data", default=os.environ.get("ATROUS_DATA"), help="the folder; else ATROUS_DATA names it")
    parser.add_argument("--minutes", help="as of atrous compare")
    parser.add_argument("--out", help="keep the whole race in this folder")
    asked = parser.parse_args()
    sources = {name: Path(asked.data or "", path) for name, path in SETS[asked.set].items()}
    absent = [str(path) for path in sources.values() if not path.is_file()]
    if asked.data is None or absent:
        what = "no folder was named" if asked.data is None else f"not there: {', '.join(absent)}"
        print(f"skipped: {what}; give the folder that holds {asked.set}/ with --data or in ATROUS_DATA")
        return
    with tempfile.TemporaryDirectory() as folder:
        words = []
        for name, source in sources.items():
            write_table(source, Path(folder) / f"{name}.csv")
            words += ["--data" if name == "train" else f"--{name}", f"{name}.csv"]
        words += ["--encode", ENCODERS, "--set", "embed=words", "--set", "embed.lower=true", "--out", "race"]
        words += [] if asked.minutes is None else ["--minutes", asked.minutes]
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "atrous", "compare", *words], check=True, cwd=folder)
        seconds = time.perf_counter() - started
        results = json.loads((Path(folder) / "race" / "results.json").read_text(encoding="utf-8"))
        if asked.out is not None:
            shutil.copytree(Path(folder) / "race", asked.out)
    results["best_on_test"]["errors"] = []
    results["seconds"] = round(seconds, 1)
    kept = RESULTS / f"race_{asked.set}.json"
    kept.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{seconds / 60:.1f} minutes, {results['plan']['estimate_minutes']} at most were expected; kept in {kept}")


if __name__ == "__main__":
    main()
