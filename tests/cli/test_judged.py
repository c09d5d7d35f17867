from atrous.cli.judged import show


def test_evaluate_shows_the_labels_it_is_worst_at_where_there_are_many(capsys):
    own = {"precision": 0.5, "recall": 0.5, "rows": 10}
    labels = {f"label {number}": {**own, "f1": number / 100} for number in range(30)}
    show({"accuracy": 0.5, "macro_f1": 0.5, "loss": 1.0, "rows": 300, "labels": labels})
    out = capsys.readouterr().out
    assert "The 20 of 30 labels that it is worst at" in out
    assert "label 19 " in out
    assert "label 20 " not in out


def test_a_label_is_printed_as_it_is(capsys):
    own = {"precision": 1.0, "recall": 1.0, "f1": 1.0, "rows": 1}
    show({"accuracy": 1.0, "macro_f1": 1.0, "loss": 0.0, "rows": 2, "labels": {"[bold]": own, "two\nlines": own}})
    out = capsys.readouterr().out
    assert "[bold]" in out
    assert "two lines" in out


def test_what_abstaining_brings_is_one_sentence(capsys):
    scores = {"accuracy": 0.5, "loss": 1.0, "rows": 200, "labels": {}}
    answered = {"min_probability": 0.9, "rows": 182, "share": 0.91, "accuracy": 0.971}
    show({**scores, "answered": answered})
    assert "\nAnswered with at least 0.9: 91.0% of the rows, 97.1% of them right.\n" in capsys.readouterr().out
    show({**scores, "answered": {**answered, "share": 0.0, "accuracy": None}})
    assert "\nAnswered with at least 0.9: 0.0% of the rows.\n" in capsys.readouterr().out
