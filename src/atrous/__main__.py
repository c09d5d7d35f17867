"""`python -m atrous`: the same as the command `atrous`."""

import sys

from atrous.cli import main

if __name__ == "__main__":
    sys.exit(main())
