"""Where the data are: an option of every command that reads them. Needs no package."""

from pathlib import Path

DATA_DIR = Path("data")
DATA_DIR_HELP = "folder of the IDX files, or of a folder of images for each class"
