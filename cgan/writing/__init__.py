"""How a number becomes a picture: digits, latents, hands, layout, looks, outlines and files.

The page, the API, the command line and Python all write through it. It draws with whatever has
the methods of `generator.DrawsImages`, and must not know Gradio, the Hub or Jittor.
"""
