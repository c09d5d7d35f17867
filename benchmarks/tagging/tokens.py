"""How many of a treebank's tokens the two rules find in its texts, and that its reader agrees with conllu.

    python benchmarks/tagging/tokens.py FOLDER

FOLDER: with en_ewt-ud-dev.conllu.gz and en_ewt-ud-test.conllu.gz of UD English EWT (CC BY-SA 4.0, github.com/
UniversalDependencies/UD_English-EWT). The rules were written while looking at dev, not at test. Every sentence is read
by `conllu`, too: words, tags, texts and what `put` writes back must be the same. The results are kept in
benchmarks/results/tokens.json, and the table in docs/tagging.md is written anew. Half a minute.
"""

import argparse
import gzip
import json
from pathlib import Path

import conllu

from atrous.data.tagged.conllu import conllu_sentences
from atrous.data.tagged.put import put
from atrous.runtime.cutting import tokens_of

KEPT = Path(__file__).parents[1] / "results" / "tokens.json"
PAGE = Path(__file__).parents[2] / "docs" / "tagging.md"
BEGIN, END = "<!-- tokens: written by benchmarks/tagging/tokens.py -->", "<!-- end of tokens -->"
RULES = ("fine", "treebank")


def measured(path: Path) -> dict[str, object]:
    """Of one file: tokens, and for each rule the share of them that it finds and the share of its own that are one."""
    gold, found, made = 0, dict.fromkeys(RULES, 0), dict.fromkeys(RULES, 0)
    for sentence in conllu_sentences(path):
        places = set(sentence.offsets)
        gold += len(places)
        for rule in RULES:
            cut = tokens_of(sentence.text, rule)
            found[rule] += len(places.intersection(cut))
            made[rule] += len(cut)
    return {
        "tokens": gold,
        **{rule: {"found": found[rule] / gold, "right": found[rule] / made[rule]} for rule in RULES},
    }


def differing(path: Path) -> int:
    """How many sentences are read otherwise than by `conllu`, and one more if they are not written as they were."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content = file.read()
    wrong = 0
    ours = list(conllu_sentences(path))
    for one, other in zip(ours, conllu.parse(content), strict=True):
        words = [word for word in other if isinstance(word["id"], int)]
        same = one.tokens == tuple(word["form"] for word in words) and one.tags == tuple(word["upos"] for word in words)
        wrong += not (same and one.text == other.metadata["text"])
    back = "".join("\n".join(put(one, one.tags or (), "conllu")) + "\n\n" for one in ours)
    return wrong + (back != content)


def markdown(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """The table of the page."""
    lines = ["| in percent | rule | tokens of the treebank that it finds | of its tokens, those of the treebank |"]
    lines += ["|---|---|---|---|"]
    for part, one in results.items():
        for rule in RULES:
            lines.append(f"| {part} | `{rule}` | {100 * one[rule]['found']:.1f} | {100 * one[rule]['right']:.1f} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    results = {}
    for part in ("dev", "test"):
        path = folder / f"en_ewt-ud-{part}.conllu.gz"
        results[part] = {**measured(path), "read otherwise than by conllu": differing(path)}
        print(part, json.dumps(results[part]), flush=True)
    KEPT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{markdown(results)}\n{END}{rest.split(END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
