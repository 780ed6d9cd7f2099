"""A Hugging Face Hub of our own: HTTP as huggingface_hub speaks it, and faults on demand.

Repositories are kept on disk: `blobs/SHA256` for every content, and for each repository
`repos/models/ann/x/repo.json` (branches, tags, who may read) and `commits/SHA.json`. Each file is
written whole or not at all: a restarted Hub, or another one on the folder, continues from there.

Large files are stored at a second origin, the "cdn", as on the real Hub, which refuses a request
that brings a token along. With Xet, bytes go through hf_xet's own test store, in a folder per
token (such a store serves one process at a time), not over HTTP; what arrives there is read out,
checked and kept as any other content.

Behaves as the real Hub where a client can tell, so a new repository has a first commit with
`.gitattributes` (and a Space a README.md). Not there: pull requests, pages of long lists,
multi-part uploads, lists of files and commits.
"""

from tests.hub_server.faults import REASONS, Fault
from tests.hub_server.reading import COLOURS
from tests.hub_server.server import HubServer

__all__ = ["COLOURS", "REASONS", "Fault", "HubServer"]
