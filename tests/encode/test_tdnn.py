from atrous.encode import tdnn
from atrous.layers import Conv


def test_only_the_first_layer_reads_every_step_of_its_context():
    convs = [part for part in tdnn(8, channels=4).parts if isinstance(part, Conv)]
    assert [(conv.kernel, conv.dilation) for conv in convs] == [(5, 1), (2, 3), (2, 6), (2, 9)]


def test_the_window_is_the_sum_of_the_contexts():
    window = tdnn(8, channels=4, contexts=((3, 1), (0, 2), (0, 0))).window
    assert (window.left, window.right) == (3, 3)
