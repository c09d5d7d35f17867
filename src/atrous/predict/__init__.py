"""What a model answers: each head owns its output, its loss, its readable form and what it is judged by.

loss            what training makes small; weights and smoothing as the settings say
probabilities   the readable form
counts          two numbers a batch, whose sums over all rows divide to the score
score           that score's name: the best epoch is the one where it is highest on dev
"""

from atrous.predict.classes import Classes
from atrous.predict.crf import CRF
from atrous.predict.labels import Labels
from atrous.predict.tags import Tags

Head = Classes | Labels | Tags | CRF
HEADS: dict[str, type[Classes] | type[Labels]] = {"classes": Classes, "labels": Labels}  # of a whole row
TAGGERS: dict[str, type[Tags] | type[CRF]] = {"tags": Tags, "crf": CRF}  # of every step

__all__ = ["CRF", "HEADS", "TAGGERS", "Classes", "Head", "Labels", "Tags"]
