"""What every part of the program needs: errors, files, signals, and the command line's habits.

It knows nothing about generators, pictures, the Hub or the page, and imports no other sub-package.
"""
