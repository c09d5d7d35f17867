from __future__ import annotations

from hashlib import blake2b
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atrous.data import split as module
from atrous.data.rows import Rows
from atrous.data.split import held_out, labels_of, same, share, split
from atrous.data.tables import Row
from atrous.errors import DataError

# Few texts and groups, so that chains of shared ones arise.
ROWS = st.lists(
    st.builds(
        Row,
        st.sampled_from([f"t{n}" for n in range(30)]),
        st.just("a"),
        st.sampled_from(["", *"bcdefghij"]),
        st.just(1),
        st.none(),
        st.none(),
        st.none(),
        st.just(()),
        st.just(()),
        st.just(()),
    ),
    min_size=1,
    max_size=40,
)


def parts_of(rows, **options):
    """The splits, or None where one came out empty: such an example says nothing."""
    try:
        return split(rows, dev=0.3, test=0.3, **options)
    except DataError:
        return None


@given(ROWS, st.booleans())
def test_every_row_is_in_one_split_and_no_text_in_two(rows, by_group):
    if parts := parts_of(rows, by_group=by_group):
        assert sorted(chain(*parts)) == sorted(rows)
        texts = [{row.text for row in part} for part in parts]
        assert sum(map(len, texts)) == len(set.union(*texts))


@given(ROWS)
def test_no_group_is_in_two_splits(rows):
    if parts := parts_of(rows, by_group=True):
        groups = [{row.group for row in part if row.group} for part in parts]
        assert sum(map(len, groups)) == len(set.union(*groups))


@given(ROWS, ROWS)
def test_rows_that_are_added_move_no_other_row(rows, more):
    first, second = (parts_of(part, by_group=False) for part in (rows, [*rows, *more]))
    if first and second:
        for part, longer in zip(first, second, strict=True):
            assert set(part) <= set(longer)


def roots(rows):
    """The slow definition: nodes joined one by one, the smaller name of two standing for both; groups before texts."""
    parents = {}

    def root(node):
        while parents.setdefault(node, node) != node:
            node = parents[node]
        return node

    nodes = []
    for row in rows:
        node = b"t" + module._digest("text", same(row.text), "atrous")
        if row.group:
            ends = sorted((root(node), root(b"g" + module._digest("group", row.group, "atrous"))))
            parents[ends[1]] = ends[0]
        nodes.append(node)
    return [root(node) for node in nodes]


@settings(max_examples=100)
@given(ROWS)
def test_groups_are_joined_as_their_definition_says(rows):
    expected = [module._number(blake2b(root, digest_size=8).digest()) for root in roots(rows)]
    assert module._shares_by_group(rows, "atrous").tolist() == expected


def test_a_long_chain_of_groups_is_one():
    rows = [Row(f"t{(n + 1) // 2}", "a", f"g{n // 2}", n) for n in range(5000)]
    assert len(set(module._shares_by_group(rows, "atrous"))) == 1


@pytest.mark.parametrize("by_group", [False, True])
def test_rows_on_disk_are_split_as_those_in_memory(by_group):
    rows = [Row(f"t{n % 70}", "a", f"g{n % 35}", n) for n in range(300)]
    assert [list(part) for part in split(Rows.of(rows), by_group=by_group)] == list(split(rows, by_group=by_group))


def test_texts_added_to_a_group_move_no_group():
    rows = [Row(f"t{n}", "a", f"g{n % 60}", n) for n in range(120)]
    more = [Row(f"u{n}", "a", f"g{n % 60}", n) for n in range(600)]
    for part, longer in zip(split(rows, by_group=True), split(rows + more, by_group=True), strict=True):
        assert set(part) <= set(longer)


def test_rows_keep_their_order():
    rows = [Row(f"t{n}", "a", "", n) for n in range(100)]
    for part in split(rows, by_group=False):
        assert [row.line for row in part] == sorted(row.line for row in part)


@pytest.mark.parametrize("by_group", [False, True])
@pytest.mark.parametrize("size", [1, 10])
def test_the_shares_are_met_whatever_the_size_of_the_groups(by_group, size):
    rows = [Row(f"t{n}", "a", f"g{n // size}", n) for n in range(1500 * size)]
    train, dev, test = (len(part) / len(rows) for part in split(rows, by_group=by_group, dev=0.1, test=0.2))
    assert (train, dev, test) == pytest.approx((0.7, 0.1, 0.2), abs=0.03)


def test_groups_that_share_a_text_do_not_favour_test():
    # Pairs of groups, each tied by one text: the smaller of two uniform hashes would give test 0.19.
    rows = [Row(f"t{n // 2}", "a", f"g{n}", n) for n in range(8000)]
    _, _, test = split(rows, by_group=True, dev=0.1, test=0.1)
    assert len(test) / len(rows) == pytest.approx(0.1, abs=0.02)


def test_rows_without_a_group_are_strangers_to_each_other():
    rows = [Row(f"t{n}", "a", "", n) for n in range(200)]
    assert all(split(rows, by_group=True))


def test_spaces_and_unicode_forms_do_not_make_a_text_another():
    assert same("cafe\u0301 \n noir ") == same("café noir")
    assert share("cafe\u0301 \n noir ") == share("café noir")
    assert share("café noir") != share("Café noir")


def test_a_lone_surrogate_can_be_split():
    assert 0 <= share("\ud800") < 1


def test_another_seed_gives_another_split():
    rows = [Row(f"t{n}", "a", "", n) for n in range(100)]
    assert split(rows, by_group=False) != split(rows, by_group=False, seed_text="other")


def test_a_share_of_zero_gives_an_empty_split():
    rows = [Row(f"t{n}", "a", "", n) for n in range(100)]
    train, dev, test = split(rows, by_group=False, dev=0, test=0.5)
    assert (len(train) + len(test), dev) == (100, [])
    assert split(rows, by_group=True, dev=0, test=0) == (rows, [], [])


def test_an_empty_split_is_refused_with_a_remedy():
    rows = [Row("the same text", "a", "g", n) for n in range(9)]
    with pytest.raises(DataError, match="9 rows hold too few distinct texts; give more rows"):
        split(rows, by_group=False)
    with pytest.raises(DataError, match=r"no row falls to (dev|test): .* groups, .*; .* a file of its own with --"):
        split(rows, by_group=True, dev=0.01, test=0.01)
    with pytest.raises(DataError, match="no row falls to train: 0 rows"):
        split([], by_group=False)


@pytest.mark.parametrize(("dev", "test"), [(-0.1, 0.1), (0.1, -0.1), (0.5, 0.5)])
def test_shares_that_leave_train_nothing_are_refused(dev, test):
    with pytest.raises(ValueError, match=f"got dev={dev}, test={test}"):
        split([], by_group=False, dev=dev, test=test)


def test_labels_are_sorted_over_all_splits():
    assert labels_of([Row("", "b", "", 1), Row("", "c", "", 1)], [], [Row("", "a", "", 1)]) == ("a", "b", "c")


def test_one_label_is_not_enough():
    with pytest.raises(DataError, match=r"r\.csv: every row has the label 'pos'; a classifier needs at least two"):
        labels_of([Row("", "pos", "", 1)], [Row("", "pos", "", 2)], name="r.csv")
    with pytest.raises(DataError, match=r"r\.csv: no rows with a label; a classifier needs rows"):
        labels_of([], name="r.csv")


def rows_of(*pairs):
    return [Row(text, label, "", 1) for text, label in pairs]


def test_a_share_of_every_label_is_held_out_and_one_stays():
    rows = rows_of(*((f"text {n}", "rare" if n % 20 == 0 else "often") for n in range(200)), ("once", "single"))
    held = held_out(rows, 0.1, seed=0)
    counts = {label: sum(out for row, out in zip(rows, held, strict=True) if row.label == label) for label in LABELS}
    assert counts == {"rare": 1, "often": 19, "single": 0}
    assert held != held_out(rows, 0.1, seed=1)
    assert not any(held_out(rows, 0.0, seed=0))
    nearly_all = held_out(rows, 0.99, seed=0)
    assert {row.label for row, out in zip(rows, nearly_all, strict=True) if not out} == set(LABELS)


LABELS = ("rare", "often", "single")


def test_equal_texts_are_on_one_side_whatever_their_labels():
    rows = rows_of(*((f"text  {n % 10}" if n % 3 else f"text {n % 10}", "ab"[n % 2]) for n in range(100)))
    for seed in range(5):
        held = held_out(rows, 0.3, seed=seed)
        sides = {}
        for row, out in zip(rows, held, strict=True):
            sides.setdefault(same(row.text), set()).add(out)
        assert {len(side) for side in sides.values()} == {1}
        assert any(held)


def test_of_few_texts_one_is_held_out_if_a_label_can_spare_it():
    assert sum(held_out(rows_of(("x", "a"), ("y", "a"), ("z", "b")), 0.1, seed=0)) == 1
    assert sum(held_out(rows_of(("x", "a"), ("z", "b")), 0.5, seed=0)) == 0
    assert held_out([], 0.5, seed=0) == []


def test_rows_that_were_split_before_are_told_so():
    left, _, _ = split([Row(f"t{n}", "a", "", n) for n in range(400)], by_group=False)
    with pytest.raises(DataError, match=r"dev: all 3\d\d rows seem to be what this very split left .*; .* with --dev"):
        split(left, by_group=False)
