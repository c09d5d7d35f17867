"""The commands that ask something of a model: evaluate, predict."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from atrous.cli import options
from atrous.cli.judged import show
from atrous.cli.judged_tags import MOST, show_tags
from atrous.cli.loading import Fast, OnDemand, features_of, labels_of, loaded, say_cut
from atrous.cli.options import AnswersName, DeviceName, SchemeName, TaggedFormatName
from atrous.cli.shown import say_json
from atrous.cli.streaming import refuse_what_does_not_go_with_stream
from atrous.cli.streaming import stream as answer_as_it_comes
from atrous.cli.tagging import predict_tags, refuse_options, written_scheme
from atrous.errors import ConfigError

if TYPE_CHECKING:
    from atrous.config import Settings


def evaluate(
    model: options.Model,
    data: Annotated[str, typer.Argument(metavar="DATA", help="labelled texts, or tagged tokens", show_default=False)],
    text: options.Text = None,
    label: options.Label = None,
    tokens: options.Tokens = None,
    tags: options.Tags = None,
    beside: options.Beside = None,
    encoding: options.Encoding = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    min_probability: options.MinProbability = None,
    int8: options.Int8 = False,
    compile_: options.Compile = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> None:
    """Judge a model by a file of labelled texts, or of tagged tokens.

    Its columns are those the model was trained with, if they were named then; else they are guessed and announced.

    \b
    Examples:
      atrous evaluate runs/tcn test.csv
      atrous evaluate runs/tcn test.csv --min-probability 0.9
      atrous evaluate runs/bilstm test.conll

    Accuracy, macro F1, loss and the scores of each label go to standard output; nothing is written. Where a text can
    have several labels, it is micro F1, macro F1 and exact match, the share of texts whose labels are all right.

    Of a tagger it is precision, recall and F1 of whole spans (their ends and their type must be right), over all and of
    each type; the share of tokens that are right, and of the words that no training row has; what is taken for what;
    and the mistakes that the model is surest of. With --min-probability also how right the surer spans are.

    With --int8 the scores are those of an n-gram classifier that is looked up in numbers of 8 bits, as predict --int8
    does, and a last line says what that costs beside the full numbers. --compile as for predict.
    """
    from atrous.answering.shown import Shown
    from atrous.config.kept import kept

    known = kept(model)
    fast = Fast(int8, compile_, quiet)
    fast.check()
    refuse_options(known.task, model, label=label, tokens=tokens, tags=tags, beside=beside)
    asked = known.predict
    Shown(min_probability=min_probability).check(asked.name, sys.maxsize, model=model, scheme=asked.scheme)
    named = {"text": text, "label": label, "tokens": tokens, "tags": tags, "beside": beside, "encoding": encoding}
    named = {key: value for key, value in named.items() if value}
    said = _said_of_columns(data, known.model_copy(update={"data": known.data.model_copy(update=named)}))
    if said and not quiet:
        print(said, file=sys.stderr)
    tagger = known.task == "tag"
    bundle = loaded(model, device, threads, fast)
    scores = bundle.evaluate(data, **named, min_probability=min_probability, mistakes=MOST if tagger else 0)
    if int8:
        bundle.int8 = False
        scores["float32"] = bundle.evaluate(data, **named, min_probability=None, mistakes=0)
    if scores.get("cut") and not quiet:
        say_cut(scores["cut"], scores["rows"], model)
    if json:
        say_json(scores)
    elif tagger:
        show_tags(scores)
    else:
        show(scores)


def _said_of_columns(data: str, known: Settings) -> str:
    """The sentence that says what of the columns was guessed. Raises what the readers raise, before torch is there."""
    if known.task == "tag":
        from atrous.data.tagged.layout import layout

        return layout(data, known)[1]
    from atrous.data.corpus import find_columns

    series, several = known.embed.name == "values", known.predict.name == "labels"
    wanted = known.data.model_copy(update={"group": None})
    return find_columns(data, wanted, several=several, features=0 if series else None, need_soft=False)[1]


def predict(
    model: options.Model,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="texts; - is standard input", show_default=False)] = "-",
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", help="else standard output; the ending decides", show_default=False),
    ] = None,
    text: options.Text = None,
    tokens: options.Tokens = None,
    beside: options.Beside = None,
    format: Annotated[
        TaggedFormatName | None,
        typer.Option("--format", help="how FILE is written, if its name does not say it", show_default=False),
    ] = None,
    as_: Annotated[
        AnswersName | None,
        typer.Option("--as", help="tagger: how answers are written, if not to --out", show_default=False),
    ] = None,
    scheme: Annotated[
        SchemeName | None, typer.Option("--scheme", help="tagger: how tags write spans; else iob2", show_default=False)
    ] = None,
    encoding: options.Encoding = None,
    device: options.Device = DeviceName.auto,
    threads: options.Threads = None,
    force: options.Force = False,
    quiet: options.Quiet = False,
    json: Annotated[bool, typer.Option("--json", help="one JSON object a row, with all probabilities")] = False,
    top: Annotated[
        int | None, typer.Option("--top", metavar="N", help="the N most probable labels, too", show_default=False)
    ] = None,
    min_probability: options.MinProbability = None,
    int8: options.Int8 = False,
    compile_: options.Compile = False,
    stream: Annotated[bool, typer.Option("--stream", help="answer lines while they are being written")] = False,
    every: Annotated[
        int | None,
        typer.Option("--every", metavar="N", min=1, help="with --stream: each N tokens of a line", show_default=False),
    ] = None,
) -> None:
    """Answer every text of a file or of standard input.

    FILE holds a text a line, or is a .csv, .tsv, .jsonl or .parquet table of which the text column is read; .gz and .xz
    too. The answers come in its order, and memory stays the same however long it is.

    \b
    Examples:
      echo 'what a film' | atrous predict runs/tcn
      atrous predict runs/tcn reviews.csv --text review --out labels.csv
      zcat huge.txt.gz | atrous predict runs/tcn --json > labels.jsonl
      atrous predict runs/tcn reviews.csv --top 3 --min-probability 0.9 --out labels.csv
      tail -f chat.log | atrous predict runs/tcn --stream --every 100
      atrous predict runs/tcn many.csv --compile --out labels.csv
      echo 'Ann Lee left Rome.' | atrous predict runs/bilstm
      atrous predict runs/bilstm test.conll --out tagged.conll

    A row is label, probability and text, with tabs between; of a model that gives several labels, all of them with |
    between, and the probability that exactly these are right. With --out the name's ending decides: .csv, .tsv, .jsonl,
    any of them with .gz or .xz; the file appears when all is done.

    --top N adds columns before the text: label_1, probability_1 to label_N, probability_N, most probable first; in an
    object they are the list "top", which takes the place of all probabilities. An answer less probable than
    --min-probability is an empty label (null in an object) beside its probability; how many those were is said at the
    end. A model that gives several labels has a threshold instead.

    An n-gram classifier (--encode ngram) looks its answers up in a table that is made once of its weights: the same
    numbers, many times sooner. --int8 makes the table of 8 bits: sooner still, and not quite the same; what that costs
    on your data, `atrous evaluate --int8` says.

    Any other model is computed; with --compile by code that torch generates for it and a C++ compiler builds first.
    That takes seconds, or a minute, and pays for many rows: the same answers, sooner.

    A tagger prints each text with its spans marked, [Rome](LOC 0.97), or word/TAG where its tags are no spans. FILE may
    hold tokens too: .conll and .conllu files keep their lines, and get the tags as a last column, or in the column of
    CoNLL-U that the model was trained with; .jsonl may have a list of tokens. --as tags, spans (line, start, end,
    label, probability, text) or conll writes standard output otherwise; --out takes .conll, .conllu, .jsonl, .csv and
    .tsv (spans as a table). --top N gives the N best answers of a CRF; spans less probable than --min-probability are
    left out.

    With --stream a row is line, tokens read, "so far" or "final", label and probability: after each piece that arrives,
    or each N tokens, and at the line's end. The model must stream; one that looks ahead answers a few tokens late.
    A tagger prints each token and its tag once, as it is decided, and an empty line where a line ends.
    """
    from atrous.answering.files import ROWS, predict_file
    from atrous.answering.shown import Shown
    from atrous.config.kept import kept
    from atrous.data.formats import format_of

    named = None if format is None else format.value
    if stream:
        refuse_what_does_not_go_with_stream(
            file,
            out=out,
            text=text,
            tokens=tokens,
            beside=beside,
            format=named,
            force=force,
            as_=as_,
            int8=int8,
            compile_=compile_,
        )
    elif every is not None:
        raise ConfigError("--every goes with --stream, which answers a line while it is being written")
    fast = Fast(int8, compile_, quiet)
    fast.check()
    settings = kept(model)  # a folder that is none is refused before standard input is waited for
    refuse_options(settings.task, model, as_=as_, scheme=scheme, tokens=tokens, beside=beside)
    if text is None and settings.task != "tag" and format_of(file, named) != "text":
        text = settings.data.text
    shown = Shown(top, min_probability)
    if shown != Shown():
        shown.check(settings.predict.name, labels_of(model), model=model, scheme=settings.predict.scheme)
    features = features_of(model) if settings.embed.name == "values" else None
    typed = file == "-" and sys.stdin is not None and sys.stdin.isatty()
    if typed and not quiet:
        print("Type a text and Enter; Ctrl-D ends.", file=sys.stderr)

    if stream:
        written = written_scheme(settings, None if scheme is None else scheme.value)
        bundle = loaded(model, device, threads)
        answer_as_it_comes(
            bundle, encoding=encoding or "utf-8", every=every, json=json, shown=shown, scheme=written, quiet=quiet
        )
        return

    asked = OnDemand(model, device, threads, fast)
    if settings.task == "tag":
        predict_tags(
            asked, settings, file, out, text=text, tokens=tokens, format=named, encoding=encoding or "utf-8",
            as_=None if as_ is None else as_.value, scheme=None if scheme is None else scheme.value, json=json,
            shown=shown, force=force, quiet=quiet, typed=typed,
        )  # fmt: skip
        return

    def answers(texts: Sequence[str | tuple[str, ...]]) -> Any:
        return asked.reading(texts).predict(texts)

    count = predict_file(
        answers, file, out, text=text, beside=beside or settings.data.beside, features=features,
        encoding=encoding or "utf-8", format=named, json=json, shown=shown, force=force, quiet=quiet,
        rows=1 if typed else ROWS,
    )  # fmt: skip
    if asked.cut and not quiet:
        say_cut(asked.cut, count, model)
