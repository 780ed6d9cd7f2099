"""How good a generator is: the classifier that judges images, and the metrics based on it.

It must not know how the generator was trained.
"""
