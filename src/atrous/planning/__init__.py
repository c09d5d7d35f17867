"""How many layers, how wide, how far apart: the cheapest convolutions that see so many steps. No torch here."""

from atrous.planning.cover import cheapest, cover, kinds
from atrous.planning.levels import Level, levels
from atrous.planning.plan import Plan, settings_of

__all__ = ["Level", "Plan", "cheapest", "cover", "kinds", "levels", "settings_of"]
