"""Where the bundled program starts: the same entrance as `python -m labclient`."""

import sys

from labclient.__main__ import main

sys.exit(main())
