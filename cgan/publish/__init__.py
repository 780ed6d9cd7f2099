"""How weights and the page are published on the Hugging Face Hub and packed for Docker.

It must not know how weights are trained; it imports neither Jittor nor Gradio.
"""
