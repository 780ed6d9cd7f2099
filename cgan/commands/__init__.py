"""The commands of `python -m cgan`, each in a module of its own."""
