"""How good a generator is: the classifier that judges, and the figures that it gives.

It must not know how the generator was trained.
"""
