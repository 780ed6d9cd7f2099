"""Jittor on any machine: how it is set up and started, and faster layers for it.

Everything about Jittor's sharp edges is here. It must not know GANs, data or runs.
"""
