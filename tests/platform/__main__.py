"""A receiving platform as a process of its own: `python -m tests.platform --folder DIR --identity DIR --trust FILE`.

It prints one line, `ready <url>`, when it can be reached. The passphrase of the identity is taken from
LABCLIENT_PASSPHRASE. Trust list and identity need not be there yet: until the pilot has put them where it said, nothing
is taken (503).
"""

import argparse
import logging
import socket
from pathlib import Path

import uvicorn

from tests.platform.app import make_app
from tests.platform.desk import Desk


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.platform", description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where everything is kept")
    parser.add_argument("--identity", type=Path, required=True, help="folder of the pilot's identity")
    parser.add_argument("--trust", type=Path, required=True, help="the pilot's trust list")
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--certificate", type=Path, help="PEM, for https")
    parser.add_argument("--key", type=Path, help="PEM, for https")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.WARNING)
    desk = Desk(asked.folder, asked.trust, asked.identity)
    listening = socket.create_server(("127.0.0.1", asked.port))
    scheme = "https" if asked.certificate else "http"
    print(f"ready {scheme}://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201
    config = uvicorn.Config(
        make_app(desk),
        log_level="warning",
        ssl_certfile=asked.certificate,
        ssl_keyfile=asked.key,
        timeout_graceful_shutdown=2,
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
