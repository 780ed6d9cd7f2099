"""The smallest Gradio app that answers `/write` with a picture: the benchmarks' baseline."""

import sys
from pathlib import Path

import gradio as gr


def main(picture: str, port: int) -> None:
    """Serve the file `picture`, whatever the request."""
    with gr.Blocks(analytics_enabled=False) as app:
        digits = gr.Textbox(label="digits")
        image = gr.Image(type="filepath", format="png")
        gr.Button().click(lambda digits: picture, digits, image, api_name="write")
    serve(app, port, Path(picture).parent)


def serve(app: gr.Blocks, port: int, folder: Path) -> None:
    """Launch a bare app, say that it is open, and go on until it is stopped.

    Args:
        app: to launch.
        port: where it listens.
        folder: whose files it may serve.
    """
    app.queue(default_concurrency_limit=2)
    app.launch(
        server_port=port,
        ssr_mode=False,
        quiet=True,
        enable_monitoring=False,
        run_history=False,
        prevent_thread_lock=True,
        allowed_paths=[str(folder)],
    )
    print("Open", flush=True)
    app.block_thread()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
