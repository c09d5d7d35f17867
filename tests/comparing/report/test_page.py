"""The page as a whole: of one piece, harmless, the same every time, whatever the results hold."""

import re
import subprocess
import sys
from typing import Any

import pytest
from tests.comparing.report.made import made, with_nulls, without_runs
from tests.page.reading import Page

from atrous.comparing.report import report
from atrous.errors import ConfigError

SECTIONS = [
    *("models", "differences", "curves", "costs", "windows", "gradients"),
    *("confusion", "calibration", "ngrams", "mistakes"),
]
SECTIONS += ["rates", "repeat", "terms"]
HOSTILE = '</script><script src="https://example.org/x.js">alert(1)</script><img src=x onerror=alert(1)>"\'&'
HOSTILE += "\x00\ud800\u202e$x$"


@pytest.fixture(scope="module")
def written() -> str:
    return report(made(models=3, labels=3))


@pytest.fixture(scope="module")
def page(written: str) -> Page:
    return Page(written)


def check(text: str) -> Page:
    """The page read back, after what must hold of every page."""
    found = Page(text)
    names = {tag for tag, _ in found.elements}
    assert not names & {"script", "img", "link", "iframe", "object", "embed", "base", "form", "foreignobject", "a:href"}
    assert not [name for _, attributes in found.elements for name in attributes if name.startswith("on")]
    assert found.attributes("src") == []
    ids = found.attributes("id")
    assert len(ids) == len({*ids})
    links = found.attributes("href") + [f"#{one}" for one in " ".join(found.attributes("aria-labelledby")).split()]
    links += [one[4:-1] for one in found.attributes("clip-path")]
    assert all(link.startswith("#") for link in links)
    assert {link[1:] for link in links} <= {*ids}
    assert [one["id"] for one in found.of("section")] == SECTIONS
    assert len(found.of("h1")) == 1
    assert "url(http" not in text and "@import" not in text
    text.encode()  # no lone surrogate is left
    return found


def test_the_page_has_every_section_and_nothing_from_elsewhere(written: str) -> None:
    check(written)


def test_a_policy_forbids_what_the_page_does_not_need(page: Page) -> None:
    policy = next(one for one in page.of("meta") if one.get("http-equiv"))
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert page.of("html") == [{"lang": "en"}]


def test_every_figure_says_what_it_shows(page: Page) -> None:
    drawings = [one for one in page.of("svg") if one.get("role") == "img"]
    assert len(drawings) == 3 + 7  # a curve of each model, forest, speed, size, windows, gradient twice, reliability
    assert len(page.of("figcaption")) == len(page.of("figure")) == 8
    assert all(one["scope"] in ("col", "row", "colgroup") for one in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table"))


@pytest.mark.slow
def test_another_process_gives_the_same_page(written: str) -> None:
    code = "import sys; from atrous.comparing.report import report; from tests.comparing.report.made import made\n"
    code += "sys.stdout.buffer.write(report(made(models=3, labels=3)).encode())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout.decode() == written


def test_colours_are_variables_of_the_page(written: str) -> None:
    drawings = "".join(re.findall(r"<svg.*?</svg>", written, flags=re.DOTALL))
    assert not re.findall(r"#[0-9a-f]{3,6}\b", re.sub(r'(href="|url\()#', "", drawings))
    used = {*re.findall(r"var\((--\w+)\)", written)}
    dark = re.search(r"prefers-color-scheme: dark\) \{(.*?)\} \}", written, flags=re.DOTALL)
    assert dark and len(used) > 8
    assert used <= {*re.findall(r"(--\w+):", dark[1])}


def hostile(results: Any) -> Any:
    """The results with hostile texts in the place of all texts that are a user's."""
    if isinstance(results, dict):
        keep = ("format", "score", "window", "files")
        return {key: value if key in keep else hostile(value) for key, value in results.items()}
    if isinstance(results, list):
        return [hostile(one) for one in results]
    return results + HOSTILE if isinstance(results, str) else results


def test_hostile_texts_stay_texts() -> None:
    found = check(report(hostile(made(models=2, labels=2, seeds=1))))
    for section in ("models", "windows", "confusion", "mistakes", "repeat"):
        assert "</script><s" in found.text(section), section
    assert "⟨U+0000⟩⟨U+D800⟩⟨U+202E⟩$x$" in found.text("mistakes")
    assert not re.search("[\x00-\x08\u202a-\u202e]", found.text())


def test_a_race_without_a_finished_run_has_its_page() -> None:
    found = check(report(without_runs()))
    assert "No run of any model finished." in found.text()
    assert "no run finished" in found.text("models")
    assert "the loss was not finite at step 12" in found.text("models")


@pytest.mark.parametrize("seed", range(2))
def test_anything_may_be_missing(seed: int) -> None:
    check(report(with_nulls(made(models=2, labels=2, seeds=1), seed)))


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.3])
def test_anything_may_be_missing_thoroughly(share: float) -> None:
    for seed in range(6):
        check(report(with_nulls(made(models=3, labels=7, seeds=2), seed, share)))


def test_one_model_alone_has_its_page() -> None:
    text = report(made(models=1, labels=2, seeds=1))
    assert "one seed each" in check(text).text("curves")
    assert report(made(models=1, labels=2, seeds=1)) == text  # the same, byte for byte


def test_an_empty_race_has_its_page() -> None:
    check(report({"format": 2}))


@pytest.mark.slow
def test_a_race_of_all_encoders_and_many_labels_has_its_page() -> None:
    written = report(made(models=21, labels=60))
    check(written)
    assert len(written.encode()) < 1_000_000


@pytest.mark.slow
def test_the_page_of_nine_models_is_small() -> None:
    assert len(report(made()).encode()) < 300_000


def test_results_of_another_format_are_refused() -> None:
    with pytest.raises(ConfigError, match="results of format 3: a report needs format 2; run atrous compare again"):
        report({"format": 3})
