"""What the platform says over HTTP: tus 1.0 under /files, receipts under /receipts. It lists nothing to anybody."""

import json
import re
from typing import Any

from fastapi import FastAPI, HTTPException
from fastapi.responses import FileResponse, JSONResponse, Response
from tuspyserver import create_tus_router

from tests.platform.desk import Desk
from tests.platform.disk import Disk

CONTAINER = "application/vnd.etsi.asic-e+zip"
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_SIZE = 128 << 30
_YEARS = 10 * 365


def make_app(desk: Desk) -> FastAPI:
    """The application over one desk; the worker of the desk begins with it."""
    desk.start()
    app = FastAPI(title="labclient platform", openapi_url=None, redirect_slashes=False)
    app.include_router(_uploads(desk))

    @app.get("/receipts/{sha256}")
    def receipt(sha256: str) -> Response:
        if not _SHA256.fullmatch(sha256):
            raise HTTPException(404)
        word = desk.ask(sha256)
        match word.kind:
            case "signed":
                return FileResponse(word.receipt, media_type=CONTAINER)
            case "working":
                return Response(status_code=202)
            case "refused":
                refusal = json.loads(word.receipt.read_bytes())
                status = 409 if refusal["refused"] == "another-package" else 422
                told = {name: refusal[name] for name in ("refused", "sha256", "reasons")}
                return JSONResponse(told, status_code=status)
            case "trouble":
                raise HTTPException(503)
        raise HTTPException(404)

    return app


def _uploads(desk: Desk) -> Any:
    def begin(metadata: dict[str, str], about: dict[str, Any]) -> None:
        """Before an upload begins: it must name the SHA-256, which is its address, and its size."""
        if not desk.ready:
            raise HTTPException(503, "the pilot has not set up this platform yet")
        sha256 = metadata.get("sha256", "")
        if not _SHA256.fullmatch(sha256) or not about["size"] or about["size"] > _MAX_SIZE:
            raise HTTPException(400, "sha256 and a size are needed")
        desk.clear_other_size(sha256, about["size"])

    def place() -> Any:
        return lambda metadata: {"uid": metadata["sha256"]} if metadata else {}

    def complete(path: str, metadata: dict[str, str]) -> None:
        desk.take(metadata["sha256"])

    router = create_tus_router(
        prefix="files",
        files_dir=str(desk.uploads),
        max_size=_MAX_SIZE,
        days_to_keep=_YEARS,
        on_upload_complete=complete,
        pre_create_hook=begin,
        file_dep=place,
        strict_offset_validation=True,
        storage=Disk(str(desk.uploads)),
    )
    router.routes[:] = [route for route in router.routes if "DELETE" not in getattr(route, "methods", ())]
    return router
