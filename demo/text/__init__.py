"""What the page says, errors included, in each language.

It must not know Gradio, HTML, or the components that show the texts.
"""
