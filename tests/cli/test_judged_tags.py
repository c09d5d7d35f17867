from atrous.cli.judged_tags import show_tags

SPANS = {"span_f1": 0.5, "span_precision": 0.4, "span_recall": 2 / 3, "span_macro_f1": 0.45}
WHOLE = {"accuracy": 0.9, "calibration_error": 0.0123, "loss": 0.25, "rows": 1200, "tokens": 12345}


def one(label, text):
    return {"label": label, "text": text, "start": 0, "end": len(text)}


def test_spans_are_told_over_all_and_of_each_type(capsys):
    types = {name: {"precision": 0.4, "recall": 0.6, "f1": 0.48, "spans": 1500} for name in ("LOC", "[b]PER")}
    answered = {"min_probability": 0.9, "spans": 7, "share": 0.25, "precision": 1.0, "recall": 0.2, "f1": 1 / 3}
    show_tags(
        {
            **SPANS, "accuracy": 0.9, "unknown_accuracy": 0.75, **WHOLE, "unknown": 321, "types": types,
            "answered": answered,
            "confused": [{"wanted": "LOC", "given": None, "count": 4}, {"wanted": "LOC", "given": "LOC", "count": 2}],
            "mistakes": [
                {"wanted": one("LOC", "Rome"), "given": None, "probability": 0.98765, "text": "to\nRome", "line": 1234},
                {"wanted": None, "given": one("PER", "Ann"), "probability": 0.5, "text": "Ann", "line": 7},
            ],
        }
    )  # fmt: skip
    said = capsys.readouterr().out
    for words in (
        "Span F1 0.5000, accuracy 0.9000, accuracy on unknown words 0.7500, loss 0.2500, 1,200 rows, 12,345 tokens, "
        "321 of them unknown words.",
        "precision 0.4000, recall 0.6667, macro F1 0.4500",
        "off by 0.0123",
        "Spans of at least 0.9: 7, 25.0% of those found; precision 1.0000",
        "[b]PER     0.4000  0.6000  0.4800  1,500",
        "LOC     no span",
        "LOC     LOC, other ends",
        "line 1,234: wanted LOC (Rome), given no span, at 0.988\n    to Rome\n",
        "line 7: wanted no span, given PER (Ann), at 0.500",
    ):
        assert words in said


def test_of_many_tags_the_worst_are_shown(capsys):
    tags = {f"T{n}": {"precision": 1.0, "recall": 1.0, "f1": n / 30, "tokens": 1} for n in range(30)}
    show_tags({"accuracy": 0.9, "macro_f1": 0.5, **WHOLE, "tags": tags})
    said = capsys.readouterr().out
    assert "Accuracy 0.9000, macro F1 0.5000, loss 0.2500, 1,200 rows, 12,345 tokens.\n" in said
    assert "The 20 of 30 tags it is worst at:" in said and "T19" in said and "T20" not in said
    assert "Span" not in said and "mistakes" not in said
