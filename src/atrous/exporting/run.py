"""Answer texts with the exported model in this folder: label, probability and text of every row, or tags.

Needs Python 3.11 or later and what requirements.txt lists, and neither torch nor atrous.
"""

from __future__ import annotations

import argparse
import functools
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atrous.answering.shown import Shown
    from atrous.runtime.graph import Exported

HERE = Path(__file__).resolve().parent
RUNTIME, REQUIREMENTS = "runtime", "requirements.txt"
STOPPED = 130  # the exit status after Ctrl-C


def main(arguments: Sequence[str] | None = None, *, folder: Path = HERE) -> int:
    """Answer one file or standard input and return the exit status: 0 done, 2 the input is at fault, 130 stopped.

    arguments: without the program's name; None takes them from the command line. folder: of the export.
    """
    options = _parser().parse_args(arguments)
    if (folder / RUNTIME).is_dir():
        sys.path.insert(0, str(folder / RUNTIME))
    try:
        from atrous.errors import AtrousError
        from atrous.runtime.console import ending_with_its_reader, refused, speak_unicode

        speak_unicode()
        try:
            return ending_with_its_reader(_answer)(options, folder)
        except AtrousError as error:
            return _refuse(str(error))
        except (ImportError, SyntaxError):
            raise
        except Exception as error:
            said = refused(error)
            if not said:
                raise
            return _refuse(said)
    except (ImportError, SyntaxError) as error:
        return _refuse(_not_imported(error, folder))
    except KeyboardInterrupt:
        print("run.py: stopped", file=sys.stderr)
        return STOPPED


def _answer(options: argparse.Namespace, folder: Path) -> None:
    from atrous.runtime import manifest

    about = manifest.read(folder)  # before anything else is imported that may be missing or another's
    from atrous.answering.files import ROWS, predict_file
    from atrous.answering.shown import TAGGED, Shown
    from atrous.data.formats import format_of

    columns, text = about["columns"], options.text
    if text is None and format_of(options.file, options.format) != "text":
        text = columns["text"]
    shown = Shown(options.top, options.min_probability)
    kind, scheme = about["readable"]["kind"], about["readable"].get("scheme")
    shown.check(kind, len(about["readable"]["labels"]), model="this export", scheme=scheme)
    typed = options.file == "-" and sys.stdin is not None and sys.stdin.isatty()
    if typed and not options.quiet:
        print("Type a text and Enter; Ctrl-D ends.", file=sys.stderr)

    @functools.cache
    def loaded() -> Exported:
        from atrous.runtime.graph import Exported

        return Exported(folder, threads=options.threads)

    def answers(texts: Sequence[str | tuple[str, ...]]) -> Any:
        return loaded().predict(texts)

    if kind in TAGGED:
        rule = loaded().reader.rule
        _tag(options, answers, text, shown, plain=scheme == "plain", characters=rule == "characters", typed=typed)
        return
    predict_file(
        answers, options.file, options.out, text=text, beside=options.beside or columns["beside"],
        features=columns["features"], encoding=options.encoding, format=options.format, json=options.json,
        shown=shown, force=options.force, quiet=options.quiet, rows=1 if typed else ROWS,
    )  # fmt: skip


def _tag(
    options: argparse.Namespace,
    answers: Callable[[Sequence[str | tuple[str, ...]]], Any],
    text: str | None,
    shown: Shown,
    *,
    plain: bool,
    characters: bool,
    typed: bool,
) -> None:
    """Tag texts, or the rows of a file of one token a line."""
    from atrous.answering.marked import Style, kind_of
    from atrous.answering.tagged import ROWS, of_sentences, of_texts, tag_file
    from atrous.data.formats import at
    from atrous.data.tables import read_texts
    from atrous.data.tagged.reading import ENDINGS, Kind, Layout, sentences
    from atrous.data.tagged.records import Fields
    from atrous.errors import ConfigError

    if shown.top is not None:
        raise ConfigError("--top: an export gives the best answer to a text; atrous predict MODEL --top gives several")
    out = None if options.out == "-" else options.out
    kind = "json" if options.json else "marked" if out is None else kind_of(out)
    name = options.file.lower().removesuffix(".gz").removesuffix(".xz")
    said, source = "", "texts"
    place = functools.partial(at, options.file, format=options.format)
    if name.endswith(ENDINGS) and options.format is None:
        block: Kind = "conllu" if name.endswith(".conllu") else "columns"
        column = Fields("form" if block == "conllu" else "1")
        found = Layout(block, column, "plain", "plain", encoding=options.encoding)
        source, rows = block, of_sentences(sentences(options.file, found), place, characters=characters)
    else:
        said, texts = read_texts(options.file, text=text, encoding=options.encoding, format=options.format)
        rows = of_texts(((line, one) for line, one in texts if isinstance(one, str)), place)
    if said and not options.quiet:
        print(said, file=sys.stderr)
    style = Style(kind, "plain" if plain else "iob2", source, "upos" if plain else "misc:NER")
    tag_file(
        lambda some: [[answer] for answer in answers(some)], rows, style, out,
        shown=shown, force=options.force, quiet=options.quiet, window=1 if typed else ROWS,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Answer every text of a file or of standard input with the model in this folder.",
        epilog="FILE holds a text a line, or is a .csv, .tsv or .jsonl table of which the text column is read; .gz and "
        ".xz too. Example: echo 'what a film' | python run.py --json",
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="texts; - is standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object a row, with all probabilities")
    parser.add_argument("--top", metavar="N", type=int, help="the N most probable labels, too")
    parser.add_argument(
        "--min-probability", metavar="P", type=float, help="abstain (an empty label) where the best is less probable"
    )
    parser.add_argument("--out", metavar="FILE", help="else standard output; the ending decides: .csv, .tsv, .jsonl")
    parser.add_argument("--text", metavar="COLUMN", help="the column of the texts; else guessed and announced")
    parser.add_argument("--beside", metavar="COLUMN", help="the column of the second text, where the model reads two")
    parser.add_argument(
        "--format", choices=("text", "csv", "tsv", "jsonl", "parquet"), help="if the name of FILE does not say it"
    )
    parser.add_argument("--encoding", metavar="NAME", default="utf-8", help="the file's character encoding")
    parser.add_argument("--threads", metavar="N", type=int, help="processor cores to use")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    parser.add_argument("--quiet", action="store_true", help="no progress and no announcements")
    return parser


def _not_imported(error: ImportError | SyntaxError, folder: Path) -> str:
    """What is missing and what to do."""
    name = getattr(error, "name", None) or getattr(error, "filename", None) or str(error)
    if name.startswith("atrous") or isinstance(error, SyntaxError):
        where = folder / RUNTIME / Path(*name.split(".")) if name.startswith("atrous") else name
        return f"{where}: missing or damaged; copy the whole export again"
    listed = (folder / REQUIREMENTS).read_text(encoding="utf-8") if (folder / REQUIREMENTS).is_file() else ""
    what = f"-r {folder / REQUIREMENTS}" if name.partition(".")[0] in listed else name.partition(".")[0]
    return f"{name} is not installed; python -m pip install {what}"


def _refuse(message: str) -> int:
    print(f"run.py: {message}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
