"""Answer texts with the exported model in this folder: label, probability and text of every row, or its tags.

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
    from atrous.answering.shown import Shown
    from atrous.data.formats import format_of
    from atrous.errors import ConfigError

    columns, text = about["columns"], options.text
    if text is None and format_of(options.file, options.format) != "text":
        text = columns["text"]
    shown = Shown(options.top, options.min_probability)
    read = about["readable"]
    shown.check(read["kind"], len(read["labels"]), model="this export", scheme=read.get("scheme"))
    if options.as_ and "tagged" not in about:
        raise ConfigError("--as: this export is no tagger's; leave it out")
    typed = options.file == "-" and sys.stdin is not None and sys.stdin.isatty()
    if typed and not options.quiet:
        print("Type a text and Enter; Ctrl-D ends.", file=sys.stderr)

    @functools.cache
    def loaded() -> Exported:
        from atrous.runtime.graph import Exported

        return Exported(folder, threads=options.threads, runtime=options.runtime)

    if "tagged" in about:
        _tag(options, about["tagged"], loaded, shown, text, one_by_one=typed)
        return

    def answers(texts: Sequence[str | tuple[str, ...]]) -> Any:
        return loaded().predict(texts)

    predict_file(
        answers, options.file, options.out, text=text, beside=options.beside or columns["beside"],
        features=columns["features"], encoding=options.encoding, format=options.format, json=options.json,
        shown=shown, force=options.force, quiet=options.quiet, rows=1 if typed else ROWS,
    )  # fmt: skip


def _tag(
    options: argparse.Namespace,
    about: dict[str, Any],
    loaded: Callable[[], Exported],
    shown: Shown,
    text: str | None,
    *,
    one_by_one: bool,
) -> None:
    """Write the tags of every text, or of every row of tokens in a file that ends in .conll or .conllu."""
    from atrous.answering.marked import Style
    from atrous.answering.tagged import ROWS, of_sentences, of_texts, tag_file
    from atrous.data.formats import at, format_of
    from atrous.data.tables import read_texts
    from atrous.data.tagged.reading import Layout, sentences, token_lines
    from atrous.data.tagged.records import Fields
    from atrous.outputs import check

    file, out = options.file, None if options.out == "-" else options.out
    source = token_lines(file) or "texts"
    style = Style.asked(
        out, options.as_, json=options.json, top=shown.top is not None, scheme=about["scheme"], source=source,
        column=about["column"],
    )  # fmt: skip
    if out is not None:
        check(out, force=options.force)
    if source == "texts":
        said, texts = read_texts(file, text=text, encoding=options.encoding, format=options.format)
        if said and not options.quiet:
            print(said, file=sys.stderr)
        place = functools.partial(at, file, format=format_of(file, options.format))
        rows = of_texts(((line, one) for line, one in texts if isinstance(one, str)), place)
    else:
        found = Layout(source, Fields(about["tokens"][source]), "plain", "plain", encoding=options.encoding)
        there = sentences(file, found)
        rows = of_sentences(
            there, functools.partial(at, file), documents=about["documents"], characters=about["characters"]
        )

    def answers(some: Sequence[str | tuple[str, ...]]) -> Any:
        if shown.top is not None:
            return loaded().best(some, count=shown.top)
        return [[answer] for answer in loaded().predict(some)]

    tag_file(
        answers, rows, style, out, shown=shown, force=options.force, quiet=options.quiet,
        window=1 if one_by_one else ROWS,
    )  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Answer every text of a file or of standard input with the model in this folder.",
        epilog="FILE holds a text a line, or is a .csv, .tsv or .jsonl table of which the text column is read; .gz and "
        ".xz too; a tagger reads .conll and .conllu as well. Example: echo 'what a film' | python run.py --json",
    )
    parser.add_argument("file", nargs="?", default="-", metavar="FILE|-", help="texts; - is standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object a row, with all probabilities")
    parser.add_argument("--top", metavar="N", type=int, help="the N most probable labels, too")
    parser.add_argument(
        "--min-probability", metavar="P", type=float, help="abstain (an empty label) where the best is less probable"
    )
    parser.add_argument(
        "--as", dest="as_", choices=("marked", "tags", "spans", "conll"),
        help="of a tagger: how tags are written, if not to --out",
    )  # fmt: skip
    parser.add_argument("--out", metavar="FILE", help="else standard output; the ending decides: .csv, .tsv, .jsonl")
    parser.add_argument("--text", metavar="COLUMN", help="the column of the texts; else guessed and announced")
    parser.add_argument("--beside", metavar="COLUMN", help="the column of the second text, where the model reads two")
    parser.add_argument(
        "--format", choices=("text", "csv", "tsv", "jsonl", "parquet"), help="if the name of FILE does not say it"
    )
    parser.add_argument("--encoding", metavar="NAME", default="utf-8", help="the file's character encoding")
    parser.add_argument("--threads", metavar="N", type=int, help="processor cores to use")
    parser.add_argument(
        "--runtime", choices=("onnxruntime", "openvino"),
        help="what computes; else openvino where it is installed and sooner, and onnxruntime for the rest",
    )  # fmt: skip
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
