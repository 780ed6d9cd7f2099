"""The architectures of generators, one module each: config, tensors and forward pass in NumPy.

`cgan.model.registry` finds every module in this folder. A module must not know the others.
"""
