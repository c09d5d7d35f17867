"""One page that shows a race: verdict, table, figures, mistakes and the commands to repeat it, in a single file."""

from atrous.comparing.report.page import report

__all__ = ["report"]
