"""What the page says, errors included, in each language.

It must not know Gradio or the components that show the texts.
"""
