"""How a number becomes a picture: digits, latents, layout, looks, outlines and files.

The page, the API, the command line and Python all write through it. It must not know Gradio, the
Hub or Jittor.
"""
