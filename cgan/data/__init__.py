"""The images to train on: MNIST and other IDX files, scikit-learn's digits, and one's own images.

It must not know what is trained on them.
"""
