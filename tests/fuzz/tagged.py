"""Nearly valid files of tagged tokens: columns, CoNLL-U, JSON lines of tokens and tags or of texts and spans."""

import json

from hypothesis import strategies as st

from tests.fuzz.files import NASTY, SIZES, WORDS, encoded, values

TAGS = ["O", "O", "O", "B-PER", "I-PER", "U-LOC", "B-LOC", "L-LOC", "I-work-of-art", "NN", "VB"]
ODD = ["X-PER", "B", "B-", "-PER", "o", "", "_", "I-\ud800", "B-" + "x" * 5000]
IDS = ["0", "1", "2", "1-2", "2-1", "1.1", "x", "", "9" * 5000, "1-", "٣"]

tokens = st.one_of(st.sampled_from(WORDS), st.sampled_from(WORDS), st.sampled_from(NASTY))


@st.composite
def tagged(draw, nasty):
    """Sentences of (token, tag): of BILOU, of anything, or sometimes of what is no tag."""
    tag = st.sampled_from(draw(st.sampled_from([["O", "U-PER"], ["O", "B-PER"], ["NN", "VB"], TAGS])))
    token = st.sampled_from(WORDS)
    if nasty:
        tag, token = st.one_of(tag, tag, st.sampled_from(TAGS), st.sampled_from(ODD)), tokens
    size = st.sampled_from([1, 1, 2, 3, 0] if nasty else [1, 2, 3])
    rows = [[(draw(token), draw(tag)) for _ in range(draw(size))] for _ in range(draw(st.sampled_from(SIZES)))]
    # Texts that differ, so that some can be held out.
    return (
        [[*row, (str(number), row[-1][1] if row else "O")] for number, row in enumerate(rows)]
        if len(rows) > 9
        else rows
    )


@st.composite
def columns(draw):
    nasty = not draw(st.integers(0, 2))
    space, end = draw(st.sampled_from([" ", "\t", "  "])), draw(st.sampled_from(["\n", "\n", "\r\n", "\r"]))
    lines = draw(st.sampled_from([[], [], ["-DOCSTART- -X- O", ""], ["# a comment"], ["-DOCSTART-"]]))
    for sentence in draw(tagged(nasty)):
        for token, tag in sentence:
            lines.append(space.join([token, "_", tag]))
            if nasty and not draw(st.integers(0, 9)):
                lines[-1] = draw(
                    st.sampled_from([token, lines[-1] + " more", lines[-1].replace(space, " "), "-DOCSTART-"])
                )
        lines.append("")
    return draw(encoded(end.join(lines) + draw(st.sampled_from([end, ""]))))


@st.composite
def conllu(draw):
    nasty = not draw(st.integers(0, 2))
    lines = []
    for number, sentence in enumerate(draw(tagged(nasty))):
        text = " ".join(token for token, _ in sentence)
        comments = ["# newdoc", "# newdoc id = a", f"# sent_id = {number}", f"# text = {text}", "# text = other", "#"]
        lines += draw(st.lists(st.sampled_from(comments), max_size=2))
        for place, (token, tag) in enumerate(sentence, 1):
            found = str(place) if not nasty or draw(st.integers(0, 9)) else draw(st.sampled_from(IDS))
            misc = draw(st.sampled_from(["_", "SpaceAfter=No", "NER=B-PER", "|", "="]))
            cells = [found, token, "_", tag, "_", "Number=Sing", "0", "root", "_", misc]
            if nasty and not draw(st.integers(0, 9)):
                cells = draw(st.sampled_from([cells[:9], [*cells, "_"], [" ".join(cells)], cells[:1]]))
            if not draw(st.integers(0, 9)):
                lines.append("\t".join([f"{place}-{place + draw(st.sampled_from([0, 0, 1]))}", token, *["_"] * 8]))
            lines.append("\t".join(cells))
            if not draw(st.integers(0, 9)):
                lines.append("\t".join([f"{place}.1", token, *["_"] * 8]))
        lines.append("")
    return draw(encoded("\n".join(lines)))


@st.composite
def token_lines(draw):
    nasty = not draw(st.integers(0, 2))
    lines = []
    for sentence in draw(tagged(nasty)):
        record = {"tokens": [token for token, _ in sentence], "tags": [tag for _, tag in sentence]}
        if nasty and not draw(st.integers(0, 3)):
            record[draw(st.sampled_from(["tokens", "tags", "text"]))] = draw(values)
        if nasty and not draw(st.integers(0, 3)):
            record["tags"] = draw(
                st.one_of(st.just(record["tags"]), st.lists(st.sampled_from(TAGS), max_size=4), values)
            )
        lines.append(json.dumps(record))
    return draw(encoded("\n".join(lines)))


@st.composite
def span_lines(draw):
    nasty = not draw(st.integers(0, 2))
    lines = []
    for number in range(draw(st.sampled_from(SIZES))):
        words = [*draw(st.lists(tokens if nasty else st.sampled_from(WORDS), max_size=5)), str(number)]
        ends = [sum(map(len, words[:count])) + max(count - 1, 0) for count in range(len(words) + 1)]
        spans = []
        for place, word in enumerate(words):
            if draw(st.integers(0, 2)):
                continue
            start, end = ends[place + 1] - len(word), ends[place + 1]
            if nasty:
                start, end = (
                    start + draw(st.sampled_from([0, 0, 0, 1, -1])),
                    end + draw(st.sampled_from([0, 0, 0, 1, -9])),
                )
            label = draw(st.sampled_from(["PER", "LOC", *([" ", "x" * 5000, None, ["PER"], ["A", "B"]] * nasty)]))
            shapes = [
                [start, end, label],
                {"start": start, "end": end, "label": label},
                {"start_offset": start, "end_offset": end, "label": label, "text": word},
                {"value": {"start": start, "end": end, "labels": [label]}},
            ]
            spans.append(draw(st.sampled_from(shapes)))
        record = {"text": " ".join(words), "spans": spans}
        if nasty and not draw(st.integers(0, 3)):
            record[draw(st.sampled_from(["text", "spans"]))] = draw(values)
        lines.append(json.dumps(record))
    return draw(encoded("\n".join(lines)))


KINDS = {"conll": columns(), "conllu": conllu(), "tokens.jsonl": token_lines(), "spans.jsonl": span_lines()}
