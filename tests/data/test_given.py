import datasets
import pytest

from atrous.data.given import Given, described, table
from atrous.errors import DataError

ROWS = [{"text": "good", "stars": 5}, {"text": "bad", "stars": 1.5}]
READ = [(1, {"text": "good", "stars": "5"}), (2, {"text": "bad", "stars": "1.5"})]


class Endless:
    """Rows that begin anew each time."""

    def __iter__(self):
        return iter(ROWS)


@pytest.mark.parametrize("rows", [ROWS, tuple(ROWS), Endless(), datasets.Dataset.from_list(ROWS[:1])])
def test_what_can_be_read_again_is(rows):
    given = Given(rows, "data")
    first = list(given.records())
    assert given.head(9) == first == list(given.records())


def test_an_iterator_is_looked_at_and_then_read_once():
    given = Given(iter(ROWS), "data")
    assert given.head(1) == READ[:1]
    assert given.head(5) == READ
    assert list(given.records()) == READ
    with pytest.raises(DataError, match="data: an iterator can be read once, and was; give something that can be read"):
        list(given.records())


def test_an_iterator_is_not_read_further_than_it_is_looked_at():
    source = iter([*ROWS, *ROWS])
    Given(source, "data").head(3)
    assert len(list(source)) == 1


@pytest.mark.parametrize("rows", [[], iter([])])
def test_no_rows_are_refused(rows):
    with pytest.raises(DataError, match="dev: no rows; give at least one"):
        list(Given(rows, "dev").records())
    with pytest.raises(DataError, match="dev: no rows"):
        Given(rows, "dev").head(5)


@pytest.mark.parametrize(
    ("row", "kind"), [("good", "a text"), (("good", "pos"), "a value of type tuple"), (None, "null")]
)
def test_rows_that_are_no_dictionaries_are_named_by_their_number(row, kind):
    with pytest.raises(
        DataError, match=f"data row 2: expected a dictionary from column to value, got {kind}; give one"
    ):
        list(Given([ROWS[0], row], "data").records())


def test_a_dictionary_of_data_sets_is_told_what_to_give():
    splits = datasets.DatasetDict(train=datasets.Dataset.from_list(ROWS[:1]))
    with pytest.raises(
        DataError, match=r"data: .*a dictionary of 'train'; give one data set, such as splits\['train'\]"
    ):
        Given(splits, "data")


def test_what_is_neither_path_nor_rows_is_a_type_error():
    with pytest.raises(TypeError, match="data needs a path or an iterable of dictionaries, got int"):
        table(3, "data")


def test_numbers_of_classes_become_their_names():
    features = datasets.Features(text=datasets.Value("string"), mood=datasets.ClassLabel(names=["bad", "good"]))
    rows = datasets.Dataset.from_list(
        [{"text": "x", "mood": 1}, {"text": "y", "mood": 0}, {"text": "z", "mood": -1}], features
    )
    assert [record["mood"] for _, record in Given(rows, "data").records()] == ["good", "bad", None]
    assert described(table(rows, "data")) == "rows of a Dataset"


def test_lists_of_numbers_of_classes_become_lists_of_their_names():
    classes = datasets.ClassLabel(names=["O", "B-PER"])
    features = datasets.Features(tokens=datasets.List(datasets.Value("string")), ner_tags=datasets.List(classes))
    rows = datasets.Dataset.from_list([{"tokens": ["Ann", "left"], "ner_tags": [1, 0]}], features)
    [(_, record)] = Given(rows, "data").records()
    assert record == {"tokens": ["Ann", "left"], "ner_tags": ["B-PER", "O"]}


def test_paths_stay_paths(tmp_path):
    assert table(tmp_path, "data") is tmp_path
    assert table("a.csv", "data") == described("a.csv") == "a.csv"
