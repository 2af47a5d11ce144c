"""The first page and the documentation page, whole without any other host."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse, Response
from fastapi.staticfiles import StaticFiles

from runward import __version__
from runward.api.problem import responses
from runward.api.schemas.home import HomeResponse

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Runward API</title>
<link rel="icon" href="docs/assets/favicon.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """SwaggerUIBundle({
  url: "openapi.json", dom_id: "#swagger-ui", deepLinking: true, tryItOutEnabled: true, validatorUrl: null,
});
"""
# Swagger UI styles its elements in place and draws its icons from data: URLs; scripts come from this server alone.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def home_routes() -> APIRouter:
    """Return the first page and the documentation page."""
    router = APIRouter()

    @router.get("/", summary="Where to go from here", tags=["home"], responses=responses())
    async def home() -> HomeResponse:
        """Tell what this is and where its documentation is."""
        return HomeResponse(name="Runward", version=__version__, docs="/docs", openapi="/openapi.json")

    @router.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})

    @router.get("/docs/start.js", include_in_schema=False)
    async def start() -> Response:
        return Response(_START, media_type="text/javascript")

    return router


def mount_assets(app: FastAPI) -> None:
    """Serve Swagger UI's files, which an installed package holds."""
    folder = Path(str(resources.files("fastapi_offline") / "static"))
    app.mount("/docs/assets", StaticFiles(directory=folder), name="assets")
