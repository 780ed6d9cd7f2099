"""The commands of `python -m cgan`, a module each.

Each has `add(commands)`, which adds its parser; the parser's `do` takes the parsed values.
"""
