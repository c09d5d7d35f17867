"""The page that answers questions says what was measured, and what measures it measures what it says."""

import csv
import importlib
import json
import lzma
import math
import runpy
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
import torch
from benchmarks.examined import PARTS, causal, dilation, joined, lines, measure, page, pictures, said, tables
from benchmarks.examined.measure import IGNORED, TINY, Answers, Scale, Task
from torch import nn

from atrous.layers import Conv, Stack

ROOT = Path(__file__).parent.parent
WHOLE = page.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", page.blocks())
def test_a_block_of_the_page_is_that_of_the_results_kept(name):
    part, markdown = page.blocks()[name]
    assert page.written(name) == markdown(page.results(part))


def test_every_block_of_the_page_is_written_by_the_benchmark():
    assert WHOLE.count("written by benchmarks/questions.py -->") == len(page.blocks())
    assert {part for part, _ in page.blocks().values()} == PARTS.keys() == said.SAID.keys()


@pytest.mark.parametrize("name", pictures.PICTURES)
def test_a_picture_is_what_the_results_kept_draw(name):
    part, draw = pictures.PICTURES[name]
    svg = (page.DOCS / "pictures" / name).read_text(encoding="utf-8")
    assert svg == draw(page.results(part)), "run `python benchmarks/questions.py --page`"
    assert WHOLE.count(f"(pictures/{name})") == 1
    assert ElementTree.fromstring(svg).tag.endswith("svg")
    assert "prefers-color-scheme: dark" in svg and "nan" not in svg


def searches(found):
    """Every entry of a result that `search` made."""
    if isinstance(found, dict):
        if "runs" in found and "solved" in found:
            yield found
        else:
            for one in found.values():
                yield from searches(one)


@pytest.mark.parametrize("part", PARTS)
def test_every_model_had_three_rates_and_three_seeds_and_failures_are_counted(part):
    entries = [*searches(page.results(part))]
    assert len(entries) >= 2
    for entry in entries:
        counted = [run for run in entry["runs"] if run["rate"] == entry["rate"]]
        assert len(counted) == len(entry["scores"]) + entry["failed_seeds"] == measure.FULL.seeds
        first = [run for run in entry["runs"] if run["seed"] == 0]
        learnt = any(run["solved_after"] for run in first[: measure.FULL.rates])
        assert len({run["rate"] for run in first}) == measure.FULL.rates + (0 if learnt else 2)


def shape(found):
    """What a result holds, without its numbers and without the names of models and lags."""
    if isinstance(found, dict):
        return {key for key in found if key != "seconds"}
    return type(found).__name__


SECTIONS = [(part, name) for part, module in PARTS.items() for name in module.SECTIONS if name != "reviews"]


@pytest.mark.slow
@pytest.mark.parametrize(("part", "name"), SECTIONS)
def test_a_section_runs_through_when_tiny_and_finds_what_the_kept_one_holds(part, name):
    found = json.loads(json.dumps(PARTS[part].SECTIONS[name](TINY)))
    assert shape(found) == shape(page.results(part)[name])


@pytest.mark.slow
def test_the_script_keeps_what_it_finds_and_goes_on_from_it(tmp_path, monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.delenv("ATROUS_DATA", raising=False)
    # Of this part only what takes no time is left to do.
    monkeypatch.setattr(sys, "argv", ["questions.py", "--only", "joined", "--tiny", "--out", str(tmp_path)])
    (tmp_path / "questions_joined.json").write_text('{"order": {"kept": true}}', encoding="utf-8")
    runpy.run_path(str(ROOT / "benchmarks" / "questions.py"), run_name="__main__")
    found = json.loads((tmp_path / "questions_joined.json").read_text(encoding="utf-8"))
    assert found.keys() == {"order", "speed"}
    assert found["order"] == {"kept": True}
    assert "skipped: give the folder" in capsys.readouterr().out


def test_a_tiny_run_is_not_kept_with_the_results(monkeypatch, capsys):
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    monkeypatch.setattr(sys, "argv", ["questions.py", "--tiny"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(str(ROOT / "benchmarks" / "questions.py"), run_name="__main__")
    assert ended.value.code == 2
    assert "name another folder with --out" in capsys.readouterr().err


def test_reviews_become_a_table_of_both_labels(tmp_path):
    with lzma.open(tmp_path / "reviews.xz", "wt", encoding="utf-8") as file:
        for number in range(25_000 // 10 * 3):
            file.write(json.dumps({"text": f"a<br />b {number}", "label": "neg"}) + "\n")
    joined._table(tmp_path / "reviews.xz", tmp_path / "table.csv", 10)
    with (tmp_path / "table.csv").open(newline="", encoding="utf-8") as file:
        rows = [*csv.DictReader(file)]
    assert [row["text"] for row in rows] == ["a b 0", "a b 2500", "a b 5000"]


def test_the_marked_symbol_stands_where_it_should():
    ids, targets = measure.marked(5, steps=12).draw(20, torch.Generator().manual_seed(0))
    assert torch.equal(ids[:, 12 - 1 - 5] - 2, targets[:, -1])
    assert (targets[:, :-1] == IGNORED).all()
    assert ((ids < 10).sum(1) == 1).all()  # nothing else is of its alphabet


def test_a_copy_is_of_the_step_so_far_back():
    ids, targets = measure.copied(3, steps=9).draw(4, torch.Generator().manual_seed(0))
    assert torch.equal(targets[:, 3:], ids[:, :-3] - 2)
    assert (targets[:, :3] == IGNORED).all()


def test_two_patterns_stand_in_a_row_once_each_and_in_the_order_asked():
    ids, targets = measure.ordered(steps=40, near=12).draw(200, torch.Generator().manual_seed(0))
    firsts = []
    for row in ids.tolist():
        patterns = ((2, 3, 4), (4, 3, 2))
        places = {name: [at for at in range(38) if tuple(row[at : at + 3]) == name] for name in patterns}
        assert [len(found) for found in places.values()] == [1, 1]
        [one], [other] = places.values()
        assert abs(one - other) >= 12 + 3
        firsts.append(int(other < one))
    assert firsts == targets[:, -1].tolist()
    assert 0.3 < sum(firsts) / len(firsts) < 0.7


def test_what_a_strided_encoder_says_is_held_and_never_said_before_its_block_ends():
    y = torch.tensor([[[1.0], [2.0]]])
    assert measure.held(y, 3)[0, :6, 0].tolist() == [0, 0, 1, 1, 1, 2]
    assert measure.held(y, 1) is y


def test_only_what_is_asked_counts():
    logits = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]])
    assert measure.right(logits, torch.tensor([[0, IGNORED, 0]])) == (1, 2)
    assert measure.right(logits[:, :1], torch.tensor([[1, 1, 0]])) == (1, 1)  # a pooled answer is of the last step


class _Constant(nn.Module):
    """Learns how frequent the labels are, or breaks at once."""

    def __init__(self, start: float) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.tensor([start, 0.0]))

    def forward(self, ids):
        return self.bias.expand(*ids.shape, 2)


def _easy(count, generator):
    return torch.full((count, 1), 2), torch.ones(count, 1, dtype=torch.long)


def test_a_search_takes_the_best_rate_and_ends_where_all_is_learnt():
    scale = Scale(steps=10, rates=3, seeds=3, rows=4)
    kept = []
    found = measure.search(
        "easy",
        lambda: _Constant(0.15),
        Task(3, 2, _easy),
        rate=0.03,
        scale=scale,
        keep=lambda seed, _: kept.append(seed),
    )
    assert (found["mean"], found["sd"], found["solved"], found["failed_seeds"]) == (1.0, 0.0, 3, 0)
    assert found["rate"] == 0.09  # the highest is there first
    assert len(found["runs"]) == 3 + 2
    assert kept == [0, 1, 2]


def test_a_search_goes_beyond_its_ends_and_counts_what_fails():
    scale = Scale(steps=2, rates=3, seeds=3, rows=4)
    found = measure.search("broken", lambda: _Constant(math.nan), Task(3, 2, _easy), rate=0.03, scale=scale)
    assert (found["mean"], found["failed_seeds"], found["scores"]) == (None, 3, [])
    assert sorted(run["rate"] for run in found["runs"] if run["seed"] == 0) == [0.00333, 0.01, 0.03, 0.09, 0.27]


def test_a_width_is_found_for_a_budget():
    width = measure.sized(lambda width: Conv(16, width, kernel=3), 5_000)
    assert abs(Conv(16, width, kernel=3).cost.parameters - 5_000) < 50


@pytest.mark.parametrize("level", [2, 3, 4])
def test_three_ways_reach_the_same_window(level):
    for plan in dilation.plans(level).values():
        window, cost = dilation.counted(plan)
        assert window.size == 2 ** (level + 1) - 1
        assert cost.parameters == len(plan) * (3 * 64 * 64 + 64)
        assert dilation.build(plan, 4, 4).window.size == window.size


@pytest.mark.parametrize("dilations", [(1, 2, 4), (1, 4), (3, 3), (1, 5, 2)])
def test_the_lags_that_are_reached_are_those_with_a_gradient(dilations):
    stack = Stack(*(Conv(2, 2, kernel=3, dilation=step) for step in dilations)).double()
    x = torch.randn(1, 60, 2, dtype=torch.double, requires_grad=True)
    (gradient,) = torch.autograd.grad(stack(x)[0, -1].sum(), x)
    assert gradient[0].abs().sum(1).flip(0).nonzero()[:, 0].tolist() == list(dilation.reached(dilations))


def test_nothing_decided_is_no_answer_and_waiting_decides_it():
    from atrous.bundle.trained import Bundle
    from atrous.config import load
    from atrous.runtime.reader import Reader
    from atrous.runtime.tokeniser import Tokeniser

    model = Bundle.fresh(load(encode="residual"), Reader(Tokeniser("bytes", False, ())), ("a", "b")).model.eval()
    ids = torch.randint(2, 258, (20,))
    assert causal._so_far(model, ids, wait=False) == -1
    assert causal._so_far(model, ids, wait=True) in (0, 1)


def test_honest_bits_hide_what_comes_after():
    task = Task(6, 6, measure.copied(1, steps=24).draw)
    torch.manual_seed(0)
    models = [Answers(task, Conv(measure.EMBEDDED, 8, kernel=3, right=right)) for right in (0, 1)]
    ids = torch.randint(2, 6, (4, 24))
    whole, honest = ([causal._bits(model, ids, ids - 2, honest=way) for model in models] for way in (False, True))
    assert whole[0] == pytest.approx(honest[0], abs=1e-5)
    assert abs(whole[1] - honest[1]) > 1e-3


def test_names_at_the_ends_of_lines_do_not_touch():
    found = lines.apart([50, 51, 49, 10, 99], 14, 100)
    gaps = [later - earlier for earlier, later in zip(sorted(found), sorted(found)[1:], strict=False)]
    assert min(gaps) >= 14
    assert sorted(range(5), key=found.__getitem__) == [3, 2, 0, 1, 4]


def test_an_axis_by_factors_puts_the_middle_in_the_middle():
    axis = lines.Axis("x", 1, 100, lines.powers(0, 2), log=True)
    assert axis.at(10) == pytest.approx(0.5)
    assert (axis.at(0), axis.at(1000)) == (0, 1)


def test_a_tree_shows_what_the_last_output_reads():
    stacks = [lines.Tree("dilated", "", [(1, 1), (2, 1)]), lines.Tree("strided", "", [(1, 2), (1, 1)])]
    for stack, dots in zip(stacks, (24, 8 + 4 + 4), strict=True):
        svg = lines.trees("t", "n", [stack], steps=8)
        assert svg.count("<circle") == dots
        assert (
            svg.count("--c0)") == 1 + 3 + 7
        )  # the output, three, and seven steps; the colour's own name is in the style
    assert "&lt;" in lines.cells("<", "", [("a", "b", [True])], "c")


def test_numbers_are_written_short():
    assert tables.score({"mean": None, "sd": None, "failed_seeds": 3, "scores": []}) == "no seed ended, 3 failed"
    one = {"mean": 0.5, "sd": None, "failed_seeds": 1, "scores": [0.2, 0.8], "solved": 1}
    assert tables.solved(one) == "0.500 (1 of 3, 1 failed)"
    assert tables.points(-0.0) == "+0.0"


def test_the_modules_of_the_benchmark_have_examples_that_run():
    import doctest

    for name in ("dilation", "gradients", "lines", "tables"):
        module = importlib.import_module(f"benchmarks.examined.{name}")
        found = doctest.testmod(module)
        assert (found.failed, found.attempted > 0) == (0, True), name
