"""The smallest Gradio app with a slider that shows a picture: the baseline of `page_speed.py`."""

import sys
from pathlib import Path

import gradio as gr

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.bare_app import serve


def main(picture: str, port: int) -> None:
    """Show the SVG in the file `picture` at each move of the slider."""
    svg = Path(picture).read_text(encoding="utf-8")
    with gr.Blocks(analytics_enabled=False) as app:
        slider = gr.Slider(0, 9999, step=1, label="Seed")
        shown = gr.HTML()
        slider.change(
            # The number tells one answer from another.
            lambda seed: f'<p id="answer" data-seed="{seed}">{svg}</p>',
            slider,
            shown,
            show_progress="hidden",
            trigger_mode="always_last",
        )
    serve(app, port, Path(picture).parent)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
