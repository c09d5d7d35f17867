"""What is taken for what, with few labels and with many."""

from typing import Any

from tests.comparing.report.made import made
from tests.page.reading import Page

from atrous.comparing.report.confusion import confusion
from atrous.comparing.report.given import Race


def page(labels: Any, counts: Any) -> Page:
    return Page(confusion(Race({**made(models=1), "best_on_test": {"labels": labels, "confusion": counts}})))


def test_few_labels_are_a_table_with_tints_by_share() -> None:
    found = page(["neg", "pos"], [[90, 10], [0, 50]])
    assert [one.get("class") for one in found.of("td")] == [
        "number t4", "number w1", "number recall", "number w0", "number t5", "number recall",
    ]  # fmt: skip
    assert "neg901090 %" in found.text() and "pos·50100 %" in found.text()
    assert found.of("ol") == []


def test_many_labels_have_their_commonest_mistakes_listed() -> None:
    counts = [[5 if a == b else 0 for b in range(8)] for a in range(8)]
    counts[2][7], counts[7][2] = 4, 1
    found = page([f"l{n}" for n in range(8)], counts)
    assert "4× l2 taken for l7 (of 9)1× l7 taken for l2 (of 6)" in found.text().replace(") 1", ")1")


def test_more_labels_are_a_picture_and_a_list() -> None:
    counts = [[5 if a == b else int(a == b + 1) for b in range(26)] for a in range(26)]
    found = page([f"label {n}" for n in range(26)], counts)
    assert found.of("table") == [] and len(found.of("svg")) == 1 and len(found.of("li")) == 12
    strong = [one for one in found.of("path") if "var(--m1)" in str(one.get("style"))]
    assert len(strong) == 25


def test_a_label_without_rows_has_no_share() -> None:
    assert "b··–" in page(["a", "b"], [[3, 0], [0, 0]]).text()


def test_no_mistake_at_all_is_said() -> None:
    assert (
        "Every answer was right."
        in page([str(n) for n in range(8)], [[int(a == b) for b in range(8)] for a in range(8)]).text()
    )


def test_several_labels_have_no_matrix() -> None:
    for counts in (None, [], [[1]], [[1, 2], [3]]):
        assert "there is no matrix" in page(["a", "b"], counts).text()
