"""Made-up results of a race, all of one piece: the tests of the page read them, and no model trains."""

import math
import random
from typing import Any

from atrous.comparing.baselines import MAJORITY, TRIGRAMS
from atrous.window import Window, plain

# name, score on test, steps/s, texts/s, milliseconds, tokens before and after its own
_MODELS = [
    ("bag", 0.871, 310, 21000, 0.21, 0, 0),
    ("ngram", 0.862, 120, 9800, 0.45, 2, 2),
    ("tcn", 0.848, 41, 4100, 1.4, 60, 0),
    ("residual", 0.856, 38, 3900, 1.6, 30, 30),
    ("wavenet", 0.842, 22, 2500, 2.9, 126, 0),
    ("lstm", 0.828, 17, 2100, 2.2, math.inf, 0),
    ("bilstm", 0.853, 10, 1300, 3.9, math.inf, math.inf),
    ("attention", 0.819, 25, 3000, 1.9, math.inf, math.inf),
    ("deep", 0.797, 14, 1700, 3.4, 200, 200),
]
_MORE = [
    "gated",
    "gru",
    "highway",
    "hybrid",
    "idcnn",
    "kmax",
    "multiscale",
    "dense",
    "rnn",
    "tdnn",
    "unet",
    "birnn",
    "bigru",
]
_LABELS = [
    "cs",
    "da",
    "de",
    "en",
    "es",
    "et",
    "fi",
    "fr",
    "hr",
    "hu",
    "it",
    "lt",
    "lv",
    "nl",
    "pl",
    "pt",
    "ro",
    "sk",
    "sl",
    "sv",
]
_TEXTS = [
    "Vložte platnou hodnotu.",
    "Vnesite veljavno vrednost.",
    "أدخل قيمة صحيحة.",
    "הזן ערך תקין.",
    "請輸入有效的值。",
    "Sí",
    "",
]


def made(models: int = 9, labels: int = 20, seeds: int = 3, score: str = "accuracy") -> dict[str, Any]:
    """The results of a race of that many models and labels; the numbers are drawn, and the same every time."""
    draw = random.Random(models * 1000 + labels)
    many = _MODELS + [
        (name, 0.84 - 0.006 * n, 30 - n, 2800 - 90 * n, 2.0 + n / 5, 10 * n, 5 * n) for n, name in enumerate(_MORE)
    ]
    names = [str(number) for number in range(labels)] if labels > 20 else _LABELS[:labels]
    entries = [_entry(draw, *one, seeds=list(range(seeds)), score=score) for one in many[:models]]
    best = max(entries, key=lambda one: one["mean"])
    return {
        "format": 2,
        "score": score,
        "commands": {
            "repeat": "atrous compare --data languages/train.csv --test languages/test.csv --seeds 3 --out race",
            "ask": "atrous predict race/best",
            "verify": "atrous verify race/best",
            "evaluate": "atrous evaluate race/best languages/test.csv",
        },
        "machine": {
            "processor": "a processor",
            "cores": 2,
            "threads": 1,
            "device": "cpu",
            "python": "3.11.9",
            "torch": "2.13.0",
        }
        | {"atrous": "0.1.0", "system": "Linux"},
        "plan": {
            "budget": 100000,
            "seeds": list(range(seeds)),
            "rates": 3,
            "epochs": 10,
            "patience": 3,
            "minutes": None,
        }
        | {"estimate_minutes": 12.3, "runs": 45},
        "baselines": {MAJORITY: 0.0526, TRIGRAMS: 0.8665},
        "ceiling": 0.9412,
        "best": {"name": best["name"], "seed": 0, "folder": "best"},
        "models": entries,
        "differences": _differences({one["name"]: one["mean"] for one in entries} | {TRIGRAMS: 0.8665}),
        "verdict": [f"{best['name']} is the best model.", "It is level with naive Bayes."],
        "best_on_test": _best_on_test(draw, names),
        "data": {
            "train": 10980,
            "dev": 1400,
            "test": 1540,
            "cut": {"train": 3},
            "files": {"data": "languages/train.csv"},
        },
        "interrupted": False,
    }


def _entry(
    draw: random.Random,
    name: str,
    mean: float,
    steps: float,
    texts: float,
    alone: float,
    left: float,
    right: float,
    *,
    seeds: list[int],
    score: str,
) -> dict[str, Any]:
    scores = [round(mean + draw.gauss(0, 0.004), 4) for _ in seeds]
    curves = []
    for seed in seeds:
        last = draw.randint(6, 10)
        curve = [
            {
                "epoch": n,
                "step": 344 * n,
                "loss": 2 / n,
                "dev_loss": 2.1 / n,
                f"dev_{score}": round(mean - 0.5 * math.exp(-0.8 * n) + draw.gauss(0, 0.004), 4),
            }
            for n in range(1, last + 1)
        ]
        curves.append({"seed": seed, "curve": curve})
    rate = draw.choice([0.0027, 0.008, 0.024])
    return {
        "name": name,
        "scores": scores,
        "dev_scores": scores,
        "seeds": seeds,
        "mean": sum(scores) / len(scores),
        "sd": 0.0041 if len(seeds) > 1 else None,
        "failed_seeds": 0,
        "failures": [],
        "seconds": [30.5] * len(seeds),
        "rate": rate,
        "rates": [
            {"rate": one, "dev": round(mean - abs(one - rate), 4), "failure": None} for one in (0.0027, 0.008, 0.024)
        ],
        "budget": {
            "field": "channels",
            "value": 72,
            "exempt": name == "bag",
            "note": "has no width" if name == "bag" else "",
        },
        "parameters": draw.randint(140000, 160000) if name != "bag" else 52000,
        "encoder_parameters": draw.randint(96000, 104000) if name != "bag" else 0,
        "window": {"left": plain(left), "right": plain(right), "stride": 1},
        "sees": str(Window(left, right)),
        "train_steps_per_second": steps,
        "texts_per_second": texts,
        "milliseconds_alone": alone,
        "peak_bytes": draw.randint(300, 700) * 2**20,
        "curves": curves,
        "settings": {},
    }


def _differences(scores: dict[str, float]) -> list[dict[str, Any]]:
    names = sorted(scores, key=lambda name: -scores[name])
    found = []
    for place, better in enumerate(names):
        for worse in names[place + 1 :]:
            gap = scores[better] - scores[worse]
            found.append(
                {
                    "better": better,
                    "worse": worse,
                    "difference": gap,
                    "low": gap - 0.012,
                    "high": gap + 0.0125,
                    "clear": gap > 0.012,
                }
            )
    return found


def _best_on_test(draw: random.Random, labels: list[str]) -> dict[str, Any]:
    counts = [
        [77 - 3 * (a % 5) if a == b else max(0, int(draw.gauss(-1.5, 2))) for b in range(len(labels))]
        for a in range(len(labels))
    ]
    bins = [
        {
            "low": n / 10,
            "high": (n + 1) / 10,
            "rows": int(1.9**n),
            "confidence": n / 10 + 0.06,
            "right": min(1.0, n / 10 + draw.gauss(0, 0.03)),
        }
        for n in range(1, 10)
    ]
    errors = [
        {
            "text": draw.choice(_TEXTS) + " " + draw.choice(_TEXTS),
            "label": draw.choice(labels),
            "answer": draw.choice(labels),
            "probability": 0.999 - n / 100,
            "line": n + 2,
        }
        for n in range(40)
    ]
    grams = [
        {
            "filter": draw.randrange(300),
            "label": draw.choice(labels),
            "weight": 1.2 - n / 20,
            "ngrams": [
                {"text": draw.choice(_TEXTS)[:4] or " ", "activation": 4.0 / m, "rows": 9 // m} for m in (1, 2, 3)
            ],
        }
        for n in range(12)
    ]
    return {
        "labels": labels,
        "confusion": counts,
        "calibration": bins,
        "calibration_error": 0.0312,
        "errors": errors,
        "ngrams": grams,
        "gradients": gradients_made(),
    }


def gradients_made(*, first: int = -60, last: int = 0) -> dict[str, Any]:
    """What was measured of the gradient of a model that sees those lags."""

    def field(width: float) -> list[float]:
        sizes = [math.exp(-abs(lag) / width) for lag in range(first, last + 1)]
        return [size / sum(sizes) for size in sizes]

    names = ["embed: Tokens(300, 64)", *(f"encode: Conv(64, 64, kernel=3, dilation={2**n})" for n in range(4))]
    return {
        "rows": 128,
        "lags": {
            "first": first, "last": last, "start": field(15), "end": field(5), "beyond": {"start": 0.0, "end": 0.0},
            "span": {"start": [-40, 0], "end": [-15, 0], "share": 0.95},
            "window": {"left": -first, "right": last, "stride": 1},
        },
        "layers": [{"name": name, "start": 1 / (n + 1), "end": 0.02 * n, "dead": 0.0} for n, name in enumerate(names)],
        "remarks": [],
        "verdict": ["95 % of the gradient comes from 16 tokens, 15 back to its own.", "The gradient gets there."],
    }  # fmt: skip


def without_runs() -> dict[str, Any]:
    """The results of a race of which no run finished."""
    found = made(models=2)
    kept = {"name", "failed_seeds", "failures", "settings", "budget"}
    for one in found["models"]:
        for field in one.keys() - kept:
            one[field] = [] if isinstance(one[field], list) else None
        one["failed_seeds"], one["failures"] = 3, ["the loss was not finite at step 12"] * 3
    return found | {"best": None, "differences": [], "best_on_test": None, "verdict": ["No run of any model finished."]}


def with_nulls(results: dict[str, Any], seed: int, share: float = 0.1) -> dict[str, Any]:
    """The results with a share of all numbers, texts, lists and parts missing, whatever the seed hits."""
    draw = random.Random(seed)

    def go(value: Any, key: str) -> Any:
        if key not in ("results", "format") and draw.random() < share:
            return None
        if isinstance(value, dict):
            return {name: go(part, name) for name, part in value.items()}
        return [go(part, "") for part in value] if isinstance(value, list) else value

    changed: dict[str, Any] = go(results, "results")
    return changed
