"""``python -m cartesia_stream`` is ``cartesia-stream``."""

import sys

from cartesia_stream.cli import main

if __name__ == "__main__":
    sys.exit(main())
