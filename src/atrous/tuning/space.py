"""What is searched, by encoder, and in what range. No torch here.

Every preset lies within its range, for it is what each encoder is tried with first. The largest model of an encoder has
at most ten times its parameters: a search asks for the best scores, not, as a race, for the best of a size, but one
trial must not take the time of all the others.
"""

from __future__ import annotations

from atrous.tuning.kinds import Among, Kind, Share, Times, Whole

DROPOUT = Share()

# Of every encoder.
EVERY: dict[str, Kind] = {
    "train.rate": Times(0.2, 4.0),
    "embed.dropout": Share(step=0.1),
    "predict.dropout": Share(step=0.1),
}

# Of each encoder its own: how wide, how deep, how many steps a convolution reads.
SPACE: dict[str, dict[str, Kind]] = {
    "attention": {
        "encode.channels": Whole(32, 96, 16),
        "encode.depth": Whole(1, 4),
        "encode.wide": Whole(64, 384, 64),
        "encode.dropout": DROPOUT,
    },
    "bag": {  # it is the embedding, and what it sees of order are the pairs
        "embed.channels": Whole(32, 160, 32),
        "embed.bigrams": Whole(0, 40_000, 20_000),
    },
    "bigru": {"encode.channels": Whole(40, 140, 20), "encode.depth": Whole(1, 2), "encode.dropout": DROPOUT},
    "bilstm": {"encode.channels": Whole(32, 112, 16), "encode.depth": Whole(1, 2), "encode.dropout": DROPOUT},
    "birnn": {"encode.channels": Whole(64, 288, 32), "encode.depth": Whole(1, 2), "encode.dropout": DROPOUT},
    "conv": {
        "encode.channels": Whole(32, 160, 32),
        "encode.kernel": Whole(2, 5),
        "encode.dilations": Among(((1, 1, 1, 1), (1, 2, 4, 8), (1, 3, 9, 27))),
        "encode.dropout": DROPOUT,
    },
    "deep": {"encode.channels": Whole(12, 44, 8), "encode.depth": Whole(2, 5), "encode.kernel": Whole(2, 5)},
    "dense": {
        "encode.growth": Whole(6, 30, 6),
        "encode.depth": Whole(2, 5),
        "encode.blocks": Whole(1, 3),
        "encode.kernel": Whole(2, 5),
        "encode.dropout": DROPOUT,
    },
    "gated": {
        "encode.channels": Whole(24, 88, 16),
        "encode.depth": Whole(1, 6),
        "encode.kernel": Whole(2, 6),
        "encode.dropout": DROPOUT,
    },
    "gru": {"encode.channels": Whole(56, 216, 32), "encode.depth": Whole(1, 2), "encode.dropout": DROPOUT},
    "highway": {
        "encode.channels": Whole(32, 96, 16),
        "encode.depth": Whole(2, 6),
        "encode.kernel": Whole(2, 5),
        "encode.dropout": DROPOUT,
    },
    "hybrid": {
        "encode.channels": Whole(32, 160, 16),
        "encode.kernel": Whole(3, 9),
        "encode.halvings": Whole(0, 3),
        "encode.recurrence": Among(("gru", "lstm")),
    },
    "idcnn": {
        "encode.channels": Whole(32, 160, 32),
        "encode.dilations": Among(((1, 2, 1), (1, 1, 2), (1, 2, 4, 1))),
        "encode.repeats": Whole(1, 5),
        "encode.dropout": DROPOUT,
    },
    "kmax": {
        "encode.channels": Whole(40, 168, 32),
        "encode.kernels": Among(((5,), (5, 3), (7, 5), (7, 5, 3))),
        "encode.least": Whole(2, 8),
    },
    "lstm": {"encode.channels": Whole(64, 192, 32), "encode.depth": Whole(1, 2), "encode.dropout": DROPOUT},
    "multiscale": {
        "encode.channels": Whole(24, 88, 16),
        "encode.depth": Whole(1, 3),
        "encode.kernel": Whole(2, 5),
        "encode.dropout": DROPOUT,
    },
    "ngram": {
        "encode.channels": Whole(32, 256, 32),
        "encode.kernels": Among(((2, 3), (2, 3, 4), (3, 4, 5), (2, 3, 4, 5, 6), (3, 5, 7))),
    },
    "residual": {
        "encode.channels": Whole(32, 96, 16),
        "encode.depth": Whole(2, 6),
        "encode.kernel": Whole(2, 5),
        "encode.dropout": DROPOUT,
    },
    "rnn": {"encode.channels": Whole(96, 416, 64), "encode.depth": Whole(1, 2), "encode.dropout": DROPOUT},
    "tcn": {
        "encode.channels": Whole(32, 96, 16),
        "encode.depth": Whole(2, 6),
        "encode.kernel": Whole(2, 5),
        "encode.dropout": DROPOUT,
    },
    "tdnn": {
        "encode.channels": Whole(40, 168, 32),
        "encode.contexts": Among(
            (
                ((1, 1), (2, 2)),
                ((2, 2), (1, 2), (3, 3)),
                ((2, 2), (1, 2), (3, 3), (7, 2)),
                ((2, 2), (2, 2), (3, 3), (7, 7)),
            )
        ),
    },
    "unet": {"encode.channels": Whole(16, 48, 16), "encode.depth": Whole(1, 3), "encode.kernel": Whole(2, 3)},
    "wavenet": {
        "encode.channels": Whole(16, 80, 16),
        "encode.skips": Whole(32, 128, 32),
        "encode.depth": Whole(3, 8),
        "encode.kernel": Whole(2, 3),
        "encode.dropout": DROPOUT,
    },
}
