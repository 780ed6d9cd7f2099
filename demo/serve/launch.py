"""Starting Gradio's server with this page's settings."""

import os
from argparse import Namespace
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import Any

import gradio as gr
import uvicorn
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from cgan import UserError
from cgan.common import terminal
from demo import compat
from demo.serve import auth, connections, faults, gate, temporary, zero_gpu
from demo.serve.guard import Guard
from demo.serve.network import check_root_path, choose_port
from demo.serve.page_head import PageHead
from demo.serve.pictures import Pictures
from demo.serve.streams import EventStreams


def launch(
    build: Callable[[], gr.Blocks],
    endpoints: Sequence[str],
    options: Namespace,
    drawn: tuple[Collection[str], Callable[[ASGIApp], ASGIApp]],
    preview: Mapping[str, tuple[str, str]],
    script: str = "",
    closed: str = "",
    **look: Any,
) -> gr.Blocks:
    """Build the page, serve it, and print where it is.

    Args:
        build: makes the page.
        endpoints: the names of those of its API.
        options: the command line's values.
        drawn: the paths of pictures that are drawn when they are asked for, and what makes the ASGI
            middleware that draws them.
        preview: title and description by the language's tag, shown where the address is shared.
        script: JavaScript that runs before Gradio's.
        closed: what a browser shows to who doesn't know the password, if there is one.
        look: `launch` arguments of Gradio that say how the page looks.

    Raises:
        UserError: it can't be served, or a public link was asked for and can't be created.
    """
    zero_gpu.declare()
    root = check_root_path(options.root_path)
    make = partial(_server_settings, credentials=auth.read(options.auth), closed=closed, root=root)
    try:
        with compat.server_made_by(make), compat.quiet_launch() as printed:
            page = build()
            local, public = _listen(
                page,
                options,
                server_name=f"[{options.host}]" if ":" in options.host else options.host,
                root_path=root,
                share=options.share,
                mcp_server=options.mcp,
                footer_links=[],
                app_kwargs={
                    "exception_handlers": gate.exception_handlers(endpoints),
                    "middleware": [
                        Middleware(gate.Gate, endpoints, temporary.keep_private, drawn[0]),
                        Middleware(drawn[1]),
                        Middleware(Pictures),
                        Middleware(PageHead, preview, script),
                        Middleware(EventStreams),
                    ],
                    "lifespan": faults.lifespan,
                },
                run_history=False,
                enable_monitoring=False,
                ssr_mode=False,
                quiet=True,
                prevent_thread_lock=True,
                **look,
            )
        compat.keep_no_sessions(page)
    except UserError:  # one of them is an OSError, too
        raise
    except OSError as error:
        raise UserError(f"Could not start the page: {error}") from error
    if options.share and not public and "SPACE_ID" not in os.environ:
        page.close(verbose=False)
        reason = compat.why_no_link(printed)
        raise UserError(f"Gradio created no public link; leave out --share. {reason}")
    tools = f" (MCP: {local}gradio_api/mcp/)" if options.mcp else ""
    terminal.result(f"Open {public or local}{tools}")
    return page


def _listen(page: gr.Blocks, options: Namespace, **settings: Any) -> tuple[str, str | None]:
    """Start the server, on the next port if another program takes the chosen one meanwhile.

    Returns:
        The page's local address, and its public one.
    """
    while True:
        port = choose_port(options.host, options.port)
        try:
            _, local, public = page.launch(server_port=port, **settings)
            return local, public
        except OSError:
            if options.port is not None or choose_port(options.host, None) == port:
                raise


def _server_settings(
    app: Any, *, credentials: auth.Credentials | None, closed: str, root: str, **settings: Any
) -> uvicorn.Config:
    """Return Gradio's settings of its server with this page's limits."""
    connections.Connection.most = connections.raise_file_limit()
    ours = {
        "http": connections.Connection,
        "ws": "none",
        "log_level": "critical",  # `faults` reports, without what was sent
    }
    if credentials:
        app = auth.Auth(app, credentials, closed, root)
    return uvicorn.Config(Guard(app), **settings | ours)
