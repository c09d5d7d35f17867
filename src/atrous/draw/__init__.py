"""What a model sees and costs, layer by layer: rows, a table, a cone of text, a picture, numbers for a program."""

from atrous.draw.cone import cone
from atrous.draw.picture import picture
from atrous.draw.rows import FieldRow, field_rows, leaves, top_level
from atrous.draw.table import field_json, field_table

__all__ = ["FieldRow", "cone", "field_json", "field_rows", "field_table", "leaves", "picture", "top_level"]
