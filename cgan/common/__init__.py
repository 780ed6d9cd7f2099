"""What every part of the program needs: errors, checks, files, signals, command-line conventions.

It knows which packages the project uses and, in a word, what for. It must not know generators,
pictures, training, the Hub or the page, and imports no other sub-package.
"""
