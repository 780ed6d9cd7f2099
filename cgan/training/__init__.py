"""How a generator is trained: options, networks, losses, the loop, and the run folder.

It must not know the Hub or the page.
"""
