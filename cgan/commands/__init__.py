"""The commands of `python -m cgan`, one module each.

Each has `add(commands)`, which adds its parser; the parser's `do` takes the parsed values. A
command reads its options, calls the library and says what came of it. It must not know how a
generator is trained, which is `train.py`'s, or the page.
"""
