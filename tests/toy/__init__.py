"""An architecture that the package doesn't know, in two files, as a contributor would write it."""
