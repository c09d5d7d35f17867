"""How Sphinx builds these pages: `make docs`."""

import atrous

project = "atrous"
author = "the atrous authors"
release = version = atrous.__version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"atrous {version}"
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True
