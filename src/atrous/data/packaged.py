"""Example data: real ones out of packages that are installed anyway, and made ones; nothing is downloaded."""

from __future__ import annotations

import csv
import importlib.util
import struct
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from atrous.data.japanese import PARTS, entities
from atrous.data.split import share
from atrous.data.synthetic import check_length, check_seed
from atrous.data.synthetic import dependency as made
from atrous.data.text import Source
from atrous.errors import ConfigError, DataError, MissingExtra, OutputExists
from atrous.outputs import new_folder

# Six scripts, and relatives that only a longer look tells apart: be bg ru sr, cs sk, da sv, es gl pt_BR fr it.
# Together they translate nearly all the messages that the most complete catalogue has.
LANGUAGES = (
    *("ar", "be", "bg", "cs", "da", "de", "es", "fi", "fr", "gl"),
    *("it", "ja", "ko", "pt_BR", "ru", "sk", "sr", "sv", "tr", "zh_Hans"),
)

SPLITS = ("train.csv", "dev.csv", "test.csv")
_MADE = (2_000, 500, 1_000)  # rows of each, where they are made


def languages(out: Path) -> None:
    """Which of 20 languages a text is in: some 14,000 short messages of Django's catalogues.

    Writes train.csv, dev.csv and test.csv (80, 10 and 10 of 100 messages) with the columns text, label (the language)
    and message (the English message that the text translates). Every message is there in all 20 languages and in one
    split only; plurals, messages in several senses and messages of several lines are left out. One row in nine has a
    text that several of the languages share: no function of the text is right on more than 93 rows of 100.

    Source: Django's django/**/locale/*/LC_MESSAGES/django.mo (BSD-3-Clause).
    """
    root = _installed("django", "languages")
    catalogues = {language: _catalogue(root, language) for language in LANGUAGES}
    messages = sorted(set.intersection(*(set(catalogue) for catalogue in catalogues.values())))
    if not messages:
        raise DataError(f"{root}: no message is there in all 20 languages; install Django again, with its catalogues")
    rows: dict[str, list[tuple[str, str, str]]] = {name: [] for name in SPLITS}
    for message in messages:
        place = share(message)
        name = SPLITS[2 if place < 0.1 else 1 if place < 0.2 else 0]
        rows[name] += [(catalogues[language][message], language, message) for language in LANGUAGES]
    for name, part in rows.items():
        with (out / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("text", "label", "message"))
            writer.writerows(part)


def dependency(out: Path, *, length: int = 8, seed: int = 0) -> None:
    """Made rows whose label can be told from --length neighbouring words, and from no fewer.

    Writes train.csv, dev.csv and test.csv (2,000, 500 and 1,000 rows) with the columns text and label; what a row is,
    and why fewer words tell nothing, stands in `atrous.data.synthetic.dependency`.
    """
    rows = made(length, rows=sum(_MADE), seed=seed)
    for name, first, count in zip(SPLITS, (0, _MADE[0], sum(_MADE[:2])), _MADE, strict=True):
        with (out / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("text", "label"))
            writer.writerows(rows[first : first + count])


def ner_ja(out: Path) -> None:
    """Named entities of eight kinds in 499 Japanese sentences: persons, places, dates and the like.

    Writes train.jsonl, dev.jsonl and test.jsonl (80, 10 and 10 of 100 sentences): a text and the spans of characters
    that are entities, for a tagger of characters, since Japanese puts no space between words. Beside them are
    train.conll, dev.conll and test.conll, the same sentences as the corpus cuts them into words, and README.txt.

    Source: the Hironsan corpus, package hironsancorpus (MIT).
    """
    entities(_installed("hironsan", "ner-ja", "hironsancorpus") / "corpus" / "iob_sents.txt", out)


DATASETS: dict[str, Callable[..., None]] = {"languages": languages, "dependency": dependency, "ner-ja": ner_ja}


def files_of(name: str) -> tuple[str, ...]:
    """The train, dev and test files of a data set.

    >>> files_of("ner-ja")
    ('train.jsonl', 'dev.jsonl', 'test.jsonl')
    """
    return tuple(f"{part}.jsonl" for part in PARTS) if name == "ner-ja" else SPLITS


def advice(name: str) -> str:
    """What a first model of a data set needs to be told besides its files.

    >>> advice("languages"), advice("ner-ja").split()[:4]
    ('', ['--encode', 'residual', '--set', 'embed.name=characters'])
    """
    # So few sentences want small steps, and more rounds; half a minute on one core.
    settings = ("embed.name=characters", "predict.name=crf", "train.batch=8", "train.epochs=25")
    return " ".join(["--encode residual", *(f"--set {one}" for one in settings)]) if name == "ner-ja" else ""


def describe() -> list[tuple[str, str]]:
    """Each data set's name with one line on what it is.

    >>> describe()[0]
    ('languages', "Which of 20 languages a text is in: some 14,000 short messages of Django's catalogues.")
    """
    return [(name, (write.__doc__ or "").partition("\n")[0]) for name, write in DATASETS.items()]


def example_data(
    name: str, out: Source, *, force: bool = False, length: int | None = None, seed: int | None = None
) -> Path:
    """Write a data set into a folder and return the folder.

    name: one of `describe()`.
    out: the folder, which is made; it may be there if it is empty.
    force: whether files of the same names may be replaced in a folder that is not; its other files stay.
    length, seed: of data that are made, such as `dependency`: how many words a label depends on (8), and which rows
        are drawn.

    A new folder appears whole or not at all: the files are written beside it and moved at the end.

    Raises ConfigError if there is no such data set or it has no such option, MissingExtra if its package is not
    installed, and OutputExists if something is there already.
    """
    if name not in DATASETS:
        raise ConfigError(f"unknown data set {name!r}; the data sets are {', '.join(sorted(DATASETS))}")
    options = {key: value for key, value in {"length": length, "seed": seed}.items() if value is not None}
    if options and name != "dependency":
        raise ConfigError(f"--{next(iter(options))} is for the data set 'dependency', which is made, not for {name!r}")
    if length is not None:
        check_length(length)
    if seed is not None:
        check_seed(seed)
    there = Path(out)
    if not there.is_dir():
        with new_folder(out, force=False, marks=files_of(name)) as folder:
            DATASETS[name](folder, **options)
        return there
    if any(there.iterdir()) and not force:
        raise OutputExists(f"{out}: not empty; name another folder with --out, or replace what is there with --force")
    with TemporaryDirectory(dir=there, prefix=".atrous-") as fresh:  # the folder and its other files stay
        DATASETS[name](Path(fresh), **options)
        for path in list(Path(fresh).iterdir()):
            path.replace(there / path.name)
    return there


def _installed(package: str, dataset: str, project: str | None = None) -> Path:
    """The folder of an installed package, found without importing it. project: what it is called where it is got."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise MissingExtra(
            f"the data set {dataset!r} comes out of {project or package}, which is not installed; "
            'install it with: pip install "atrous[demo]"'
        )
    return Path(found.origin).parent


def _catalogue(root: Path, language: str) -> dict[str, str]:
    """All messages of one language, those of the first application, by path, where two differ."""
    merged: dict[str, str] = {}
    for path in sorted(root.glob(f"**/locale/{language}/LC_MESSAGES/django.mo")):
        for message, translation in _messages(path).items():
            merged.setdefault(message, translation)
    return merged


def _messages(path: Path) -> dict[str, str]:
    """The translations in a compiled catalogue, which has none that is empty or in doubt ("fuzzy").

    Left out are plurals, which hold a null character, messages with one sense among several, which hold \\x04 after
    it, and messages of several lines.

    Source: GNU gettext manual, section 10.3, The Format of GNU MO Files.
    """
    data = path.read_bytes()
    order = "<" if data[:4] == b"\xde\x12\x04\x95" else ">"
    count, originals, translations = struct.unpack_from(f"{order}3I", data, 8)

    def text(table: int, place: int) -> str:
        length, start = struct.unpack_from(f"{order}2I", data, table + 8 * place)
        return data[start : start + length].decode("utf-8")

    pairs = ((text(originals, place), text(translations, place)) for place in range(count))
    return {
        message: translation
        for message, translation in pairs
        if message and translation and not {"\0", "\x04", "\n"} & {*message, *translation}
    }
