"""`python -m atrous`, and the command `atrous`: a Ctrl-C is one line, from the first moment to the last."""

import signal
import sys


def main() -> int:
    """Run the command that was typed and return its exit status."""
    try:
        from atrous.cli import main as run

        return run()
    except KeyboardInterrupt:  # while the command line itself was being imported
        print("atrous: stopped", file=sys.stderr)
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is done; Python only clears up behind itself


if __name__ == "__main__":
    sys.exit(main())
