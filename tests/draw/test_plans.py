from xml.etree import ElementTree

from atrous.draw import plans_cone, plans_picture, plans_table
from atrous.planning import cover

SVG = "{http://www.w3.org/2000/svg}"


def test_the_table_has_a_column_for_each_plan():
    head, *lines = plans_table(cover(64)).splitlines()
    assert head.split() == ["plain", "dilated", "strided"]
    cells = {line[:18].rstrip(): line[18:].split("  ") for line in lines}
    assert [cell.strip() for cell in cells["parameters"] if cell.strip()] == ["295,424", "49,344", "49,344"]


def test_many_dilations_are_written_in_lines_of_one_column():
    lines = plans_table(cover(10**6)).splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("dilations"))
    written = "".join(line[19:45] for line in lines[first : first + 3])
    assert [int(number) for number in written.split(",")] == [*(3**n for n in range(12)), 234280]
    assert max(map(len, lines)) < 80
    assert "3 (12 times), 1" in lines[first + 3]


def test_cones_stand_below_each_other_to_one_scale():
    plans = cover(27)
    *lines, _ = plans_cone(plans, plain=True).splitlines()
    assert [line.split()[:2] for line in lines] == [
        [plan.kind, str(n + 1)] for plan in plans for n in range(plan.layers)
    ]
    assert [line.count("-") for line in lines] == [int(window.size) - 1 for plan in plans for window in plan.windows]


def test_the_picture_has_a_bar_for_every_plan_and_every_level():
    plans = cover(60)
    root = ElementTree.fromstring(plans_picture(plans))
    bars = [one for one in root.iter(f"{SVG}rect") if one.get("class") == "bar"]
    assert len(bars) == sum(1 + plan.layers for plan in plans)
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "strided: 3 levels of kernel 4" in words
    assert "level 2, dilation 4" in words
    assert "295,424" not in words
    assert f"{plans[0].parameters:,}" in words
