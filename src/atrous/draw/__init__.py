"""What a model sees and costs, layer by layer: rows, a table, a cone of text, a picture, numbers for a program."""

from atrous.draw.cone import cone
from atrous.draw.field import Field
from atrous.draw.gradient_picture import gradient_picture
from atrous.draw.gradient_text import gradient_text
from atrous.draw.gradient_words import verdict
from atrous.draw.gradients import Gradients
from atrous.draw.growth import Growth, growth, growth_text
from atrous.draw.picture import bars, picture
from atrous.draw.plans import WHY, plans_cone, plans_picture, plans_table
from atrous.draw.rows import FieldRow, field_rows, layer_name, layer_rows, leaves, top_level
from atrous.draw.table import field_json, field_table

__all__ = [
    "WHY",
    "Field",
    "FieldRow",
    "Gradients",
    "Growth",
    "bars",
    "cone",
    "field_json",
    "field_rows",
    "field_table",
    "gradient_picture",
    "gradient_text",
    "growth",
    "growth_text",
    "layer_name",
    "layer_rows",
    "leaves",
    "picture",
    "plans_cone",
    "plans_picture",
    "plans_table",
    "top_level",
    "verdict",
]
