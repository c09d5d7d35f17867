"""What tests of taggers share: a small file of names and places, whose tags a small model learns in no time."""

FIRST, LAST, PLACES = ("Ann", "Bo", "Cy", "Di"), ("Lee", "Ray", "Poe"), ("Rome", "Oslo", "Lee")
QUICK = ["train.epochs=5", "train.batch=8", "train.rate=0.02", "embed.channels=16"]


def sentences(count=60):
    """(token, tag) of each token of each sentence: a name of one word or two, and a place."""
    made = []
    for number in range(count):
        first, last, place = FIRST[number % 4], LAST[number // 4 % 3], PLACES[number // 12 % 3]
        name = [(first, "B-PER")] if number % 2 else [(first, "B-PER"), (last, "I-PER")]
        left = [("then", "O")] if number % 5 == 0 else []
        made.append([*left, *name, ("left", "O"), (place, "B-LOC"), (str(number), "O")])
    return made


def write(path, count=60):
    """A file of columns; returns its path."""
    blocks = ("\n".join(f"{token} {tag}" for token, tag in one) for one in sentences(count))
    path.write_text("\n\n".join(blocks) + "\n")
    return path
