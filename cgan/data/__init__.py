"""The images to train on: MNIST and other IDX files, and scikit-learn's digits.

It must not know what is trained on them.
"""
