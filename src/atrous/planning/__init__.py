"""How many layers, how wide, how far apart: the cheapest convolutions that see so many steps. No torch here."""

from atrous.planning.cover import LONGEST, By, cheapest, cover, kinds
from atrous.planning.levels import Level, levels
from atrous.planning.plan import Kind, Plan, settings_of

__all__ = ["LONGEST", "By", "Kind", "Level", "Plan", "cheapest", "cover", "kinds", "levels", "settings_of"]
