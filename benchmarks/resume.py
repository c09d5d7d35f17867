"""Is a run that was killed with `kill -9` and resumed the same run? 20 of them, bit for bit.

    python benchmarks/resume.py [--runs 20]

Trains a small TCN with dropout on 540 sentences of the `languages` data, once without a stop, and then in runs that end
by SIGKILL: at steps drawn uniformly, three of them within the writing of a checkpoint (half of its bytes written, all
written but not synchronised, not yet renamed) and three within validation; some are killed twice. 12 runs have one
process, 8 have two, started by torchrun. Each goes on with `--resume` until it ends. Compared, by SHA-256, with the run
that was not stopped: the weights and the optimiser's state after the last step, the model folder's weights, its
learning curve and its log.

Writes benchmarks/results/resume.json; exits 1 if a run differs. Takes about 20 minutes on two cores.

The library knows nothing of being killed: this file starts itself as the process to kill, and wraps what writes, trains
and validates there.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KEPT = Path(__file__).parent / "results" / "resume.json"
WORDS = ("--encode", "tcn", "--quiet", "--json", "--device", "cpu")
SET = ("embed.channels=8", "encode.channels=16", "encode.depth=2", "train.batch=8", "train.epochs=3")
EVERY = 0.1  # seconds between checkpoints within an epoch: the more of them, the more may go wrong
HOW = ("half", "unsynced", "unnamed")  # how far a checkpoint is written
ALONE, TOGETHER = 1, 2  # processes


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=20)
    count = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        files = data(Path(folder), rows=540)
        whole: dict[int, dict[str, Any]] = {}
        for processes in (ALONE, TOGETHER):
            place = Path(folder) / f"whole-{processes}"
            _, status = start(files, place, {}, processes=processes, resume=False)
            if status:
                raise SystemExit(f"the run that is not stopped ended with {status}")
            whole[processes] = ended(place)
            print(f"{processes} process{'es' * (processes > 1)}, not stopped: {whole[processes]['steps']} steps")
        runs = []
        for number, (processes, kills) in enumerate(plans(count, {one: end["steps"] for one, end in whole.items()})):
            place = Path(folder) / f"run-{number}"
            started = time.perf_counter()
            run = {"processes": processes, **killed(files, place, kills, processes=processes)}
            end = ended(place)
            run["same"] = {name: end[name] == whole[processes][name] for name in end}
            run["seconds"] = round(time.perf_counter() - started, 1)
            runs.append(run)
            shown = ", then ".join(f"{kill['kind']} at step {kill['step']}" for kill in run["killed"])
            print(f"{number + 1} of {count}: {processes} process(es), killed: {shown}: {verdict(run)}", flush=True)
    same = sum(all(run["same"].values()) for run in runs)
    results = {"same": same, "of": len(runs), "whole": {str(one): end for one, end in whole.items()}, "runs": runs}
    if count == parser.get_default("runs"):
        KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(f"{same} of {len(runs)} runs are the run that was not stopped, bit for bit")
    return 0 if same == len(runs) else 1


def verdict(run: dict[str, Any]) -> str:
    """Whether a run ended as it should, in words."""
    wrong = [name for name, same in run["same"].items() if not same]
    return f"another {' and another '.join(wrong)}" if wrong else "the same"


def plans(count: int, steps: dict[int, int]) -> list[tuple[int, list[dict[str, Any]]]]:
    """Of each run, how many processes it has, and where each of its starts is killed."""
    chance = random.Random(0)
    found = []
    for number in range(count):
        processes = TOGETHER if number % 5 in (1, 3) else ALONE
        last = steps[processes] - 1
        first = chance.randint(1, last)
        kill: dict[str, Any] = {"kind": "step", "step": first, "rank": chance.randrange(processes)}
        if number in (2, 3, 10):
            kill = {"kind": "write", "how": HOW[(2, 3, 10).index(number)], "step": first, "rank": 0}
        elif number in (5, 6, 7):
            kill = {"kind": "validation", "step": first, "rank": chance.randrange(processes)}
        kills = [kill]
        if number % 4 == 0 and first < last:
            kills.append({"kind": "step", "step": chance.randint(first + 1, last), "rank": 0})
        found.append((processes, kills))
    return found


def data(folder: Path, *, rows: int) -> dict[str, Path]:
    """Small train, dev and test files."""
    import atrous

    whole = atrous.example_data("languages", folder / "languages")
    files = {}
    for name, share in (("data", 0.8), ("dev", 0.1), ("test", 0.1)):
        source = whole / {"data": "train.csv"}.get(name, f"{name}.csv")
        with source.open(encoding="utf-8", newline="") as file:
            found = list(csv.reader(file))
        files[name] = folder / f"{name}.csv"
        with files[name].open("w", encoding="utf-8", newline="") as file:
            kept = random.Random(0).sample(found[1:], round(rows * share))
            csv.writer(file).writerows([found[0], *sorted(kept)])
    return files


def killed(files: dict[str, Path], place: Path, kills: list[dict[str, Any]], *, processes: int) -> dict[str, Any]:
    """Run, be killed, go on, ... to the end; where it was killed."""
    met = []
    for number, kill in enumerate([*kills, {}]):
        found, status = start(files, place, kill, processes=processes, resume=number > 0)
        if bool(found) != bool(kill) or bool(status) != bool(kill):
            raise SystemExit(f"{place.name}: start {number + 1} ended with {status}, killed at {found}, wished {kill}")
        met += [found] if found else []
    return {"killed": met}


def start(
    files: dict[str, Path], place: Path, kill: dict[str, Any], *, processes: int, resume: bool
) -> tuple[dict[str, Any], int]:
    """One start of the run: where it was killed, if it was, and how it ended."""
    place.mkdir(exist_ok=True)
    (place / "killed.json").unlink(missing_ok=True)
    given = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    words = [*given, *WORDS, *(part for one in SET for part in ("--set", one)), "--out", str(place / "model")]
    itself = [__file__, "child", json.dumps({**kill, "place": str(place)}), "train", *words, *["--resume"] * resume]
    program = [sys.executable]
    if processes > 1:
        program += ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "TORCHELASTIC_ERROR_FILE": os.devnull}
    done = subprocess.run([*program, *itself], env=environment, capture_output=True, text=True, check=False)
    found: dict[str, Any] = {}
    if (place / "killed.json").exists():
        found = json.loads((place / "killed.json").read_text(encoding="utf-8"))
    if done.returncode and not kill:
        print(done.stderr, file=sys.stderr)
    return found, done.returncode


def ended(place: Path) -> dict[str, Any]:
    """What a run came to."""
    model = place / "model"
    scores = json.loads((model / "scores.json").read_text(encoding="utf-8"))
    last: dict[str, Any] = json.loads((place / "last.json").read_text(encoding="utf-8"))
    return {
        **last,
        "model": hashlib.sha256((model / "model.safetensors").read_bytes()).hexdigest(),
        "log": hashlib.sha256((model / "log.csv").read_bytes()).hexdigest(),
        "curve": scores["curve"],
    }


def child(wish: dict[str, Any], words: list[str]) -> int:
    """The process to kill: the command line, with what kills it wrapped around what it does."""
    import torch

    from atrous.cli import main
    from atrous.runtime.processes import processes
    from atrous.training import checkpoint, keeper, learner

    torch.set_num_threads(1)
    keeper.EVERY = EVERY
    place, kind = Path(wish["place"]), wish.get("kind")
    own = processes()
    due = kind is not None and own.rank == wish["rank"]

    def kill(step: int) -> None:
        about = {**wish, "step": step, "wished": wish["step"]}
        del about["place"]
        (place / "killed.json").write_text(json.dumps(about), encoding="utf-8")
        os.kill(os.getpid(), signal.SIGKILL)

    ends, writes, validates = keeper.Keeper.on_train_batch_end, checkpoint.write, learner.Learner.validation_step

    def end(kept: Any, trainer: Any, *arguments: Any) -> None:
        if due and kind == "step" and trainer.global_step == wish["step"]:
            kill(trainer.global_step)
        ends(kept, trainer, *arguments)

    def validate(module: Any, batch: Any, number: int) -> None:
        if due and kind == "validation" and number > 0 and module.global_step >= wish["step"]:
            kill(module.global_step)
        validates(module, batch, number)

    def write(state: dict[str, Any], path: Path) -> None:
        step = state["global_step"]
        if due and kind == "write" and step >= wish["step"]:
            fresh = path.with_name(f"{path.name}.new")
            if wish["how"] == "half":
                torch.save(state, fresh)
                os.truncate(fresh, fresh.stat().st_size // 2)
                kill(step)
            elif wish["how"] == "unsynced":
                os.fsync = lambda file: kill(step)
            else:
                Path.replace = lambda *names: kill(step)  # type: ignore[assignment, method-assign, return-value]
        writes(state, path)
        if state["callbacks"]["kept"]["finished"]:
            digests = {
                "steps": step,
                "weights": digest(state["state_dict"]),
                "optimiser": digest(state["optimizer_states"]),
            }
            (place / "last.json").write_text(json.dumps(digests), encoding="utf-8")

    keeper.Keeper.on_train_batch_end = end  # type: ignore[method-assign]
    learner.Learner.validation_step = validate  # type: ignore[method-assign]
    keeper.write = write
    return main(words)


def digest(state: Any) -> str:
    """SHA-256 of all the tensors and numbers in a state, by their names."""
    import torch

    found = hashlib.sha256()

    def add(name: str, part: Any) -> None:
        if isinstance(part, torch.Tensor):
            found.update(f"{name} {part.dtype} {tuple(part.shape)}".encode())
            found.update(part.detach().contiguous().numpy().tobytes())
        elif isinstance(part, dict):
            for key in sorted(part, key=str):
                add(f"{name}.{key}", part[key])
        elif isinstance(part, list | tuple):
            for place, one in enumerate(part):
                add(f"{name}.{place}", one)
        else:
            found.update(f"{name} {part!r}".encode())

    add("", state)
    return found.hexdigest()


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        sys.exit(child(json.loads(sys.argv[2]), sys.argv[3:]))
    sys.exit(main())
