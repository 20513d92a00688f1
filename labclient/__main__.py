"""`python -m labclient` is the command line."""

import sys

from labclient.cli import main

sys.exit(main())
