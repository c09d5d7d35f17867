"""Who judges the answers to rows: of whole rows or of tags, and what of the answers is taken for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from atrous.answering.decoded import decoded
from atrous.bundle import Bundle
from atrous.comparing.judged import Judge
from atrous.comparing.tags import TagJudge
from atrous.config import Settings
from atrous.data.batch import Examples
from atrous.data.targets import Targets
from atrous.runtime.readable import Readable


def judge_of(settings: Settings, targets: Targets, examples: Examples) -> Judge | TagJudge:
    """What is right on these rows, for models with these settings."""
    if targets.scheme is not None:
        return TagJudge(targets.labels, targets.scheme, np.asarray(examples.targets, np.int64), examples.starts)
    readable = Readable(settings.predict.name, targets.labels, settings.predict.threshold, settings.data.separator)
    return Judge(readable, examples.targets)


def judged_by(bundle: Bundle, answers: NDArray[np.float32], examples: Examples) -> Any:
    """What a judge takes: the logits of rows, or of a tagger the tags that its logits come to."""
    return decoded(bundle.model, answers, examples.starts) if bundle.model.tags else answers
