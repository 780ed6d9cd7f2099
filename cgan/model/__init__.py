"""What a generator is and how it draws: its config, its weights, its forward pass in NumPy.

It must not know Jittor, where weights come from, or what is made of the images.
"""
