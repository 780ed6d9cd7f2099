"""The colours and fonts of Gradio's own components; everything else is in `style.css`."""

import gradio as gr

_ACCENT, _ACCENT_DARK = "#1d4f91", "#8fb8f0"


def theme() -> gr.themes.Base:
    """Return the theme: system fonts, one accent colour, no boxes."""
    base = gr.themes.Base(
        primary_hue=gr.themes.colors.blue,
        neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_sm,
        font=["system-ui", "-apple-system", "Segoe UI", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
    )
    base.set(
        body_background_fill="#f3f1eb",
        body_background_fill_dark="#17191c",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_padding="0px",
        button_primary_background_fill=_ACCENT,
        button_primary_background_fill_dark=_ACCENT_DARK,
        button_primary_background_fill_hover="#173f74",
        button_primary_background_fill_hover_dark="#a9c8f4",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#10151c",
        slider_color=_ACCENT,
        slider_color_dark=_ACCENT_DARK,
        input_background_fill="#ffffff",
        input_background_fill_dark="#22252a",
        input_border_width="1px",
    )
    return base
