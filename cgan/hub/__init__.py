"""How weights are found and fetched: the bundled ones, a folder, the Hugging Face Hub.

It must not know what a generator draws, or how weights are published.
"""
