"""Serve the page: `python demo/app.py`, then open the address that it prints."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    # Until everything is imported, Ctrl-C just ends the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# Run as a file, Python looks for modules beside this one, not in the repository.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from demo.serve import environment

environment.prepare()  # before NumPy and Gradio are imported

from cgan.common.command_line import run  # noqa: E402
from demo.models import Models  # noqa: E402
from demo.serve import auth, network, options, process, temporary  # noqa: E402


def serve(arguments: list[str] | None) -> None:
    """Do what the command line says, until Ctrl-C."""
    values = options.parse(arguments, (__doc__ or "").split("\n")[0])
    environment.hide_from_gradio()
    process.share_arenas()
    network.bypass_proxies(values.host)
    network.leave_out_unusable()
    models = Models(options.split(values.weights))
    # Importing Gradio takes seconds, so anything that can be refused is refused first.
    network.choose_port(values.host, values.port)
    network.check_root_path(values.root_path)
    options.check_mcp(values.mcp)
    auth.read(values.auth)
    temporary.make_folder()

    from demo import addresses, api
    from demo.page import page
    from demo.page.theme import theme
    from demo.serve import faults
    from demo.serve.gate import check_values
    from demo.serve.launch import launch
    from demo.text.texts import languages, say, tag_of

    def check(values: Sequence[Any]) -> None:
        temporary.keep_private()  # it may have been deleted while the event was waiting
        check_values(values)

    faults.log_discreetly()
    models.start()
    try:
        built = launch(
            lambda: page.build(models, check),
            [endpoint.name for endpoint in api.ENDPOINTS],
            values,
            (addresses.PATHS, lambda app: addresses.PicturesByAddress(app, models)),
            {tag_of(code): (say(code, "title"), say(code, "subtitle")) for code in languages()},
            page.FIRST_SCRIPT.read_text(encoding="utf-8"),
            " ".join(say(language, "log_in") for language in languages()),
            favicon_path=page.STATIC / "icon.png",
            theme=theme(),
            css_paths=page.STATIC / "style.css",
            head=_head(page.script(), page.PRINT.read_text(encoding="utf-8")),
        )
        try:
            built.block_thread()
        finally:
            built.close(verbose=False)
    finally:
        models.stop()


def _head(script: str, on_paper: str) -> str:
    """Return what this page adds to Gradio's head: script, print style, and a Space's address."""
    head = f'<script>{script}</script><style media="print">{on_paper}</style>'
    if host := os.environ.get("SPACE_HOST"):
        head += f'<meta name="cgan-address" content="https://{host}/">'
    return head


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    return run(lambda: serve(arguments))


if __name__ == "__main__":
    # However the program is stopped, it cleans up at the end.
    process.stop_in_order()
    sys.exit(main())
