"""Which request is answered by which method."""

import re
from urllib.parse import unquote

from tests.hub_server.faults import Refused
from tests.hub_server.reading import Reading
from tests.hub_server.writing import Writing

REPO = r"/(?P<kind>models|datasets|spaces)/(?P<repo>[^/]+/[^/]+)"
PAGE = r"/(?:(?P<kind>datasets|spaces)/)?(?P<repo>(?!api/)[^/]+/[^/]+)"
ROUTES = (
    ("main", "GET", r"/api/whoami-v2", "whoami"),
    ("main", "POST", r"/api/repos/create", "create"),
    ("main", "POST", r"/api/validate-yaml", "validate"),
    ("main", "GET", rf"/api{REPO}", "info"),
    ("main", "GET", rf"/api{REPO}/revision/(?P<revision>[^/]+)", "info"),
    ("main", "GET", rf"/api{REPO}/auth-check(?P<what>/write)?", "auth_check"),
    ("main", "GET", rf"/api{REPO}/refs", "refs"),
    ("main", "POST", rf"/api{REPO}/tag/(?P<revision>[^/]+)", "make_tag"),
    ("main", "POST", rf"/api{REPO}/branch/(?P<revision>[^/]+)", "make_branch"),
    ("main", "POST", rf"/api{REPO}/preupload/(?P<revision>[^/]+)", "preupload"),
    ("main", "POST", rf"/api{REPO}/commit/(?P<revision>[^/]+)", "commit"),
    (
        "main",
        "GET",
        rf"/api{REPO}/xet-(?P<what>read|write)-token/(?P<revision>[^/]+)",
        "xet_token",
    ),
    ("main", "POST", rf"{PAGE}\.git/info/lfs/objects/batch", "lfs_batch"),
    ("main", "POST", rf"{PAGE}\.git/info/lfs/objects/verify", "lfs_verify"),
    ("main", "GET HEAD", rf"{PAGE}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", "resolve"),
    ("cdn", "GET HEAD", r"/lfs/(?P<sha256>[0-9a-f]{64})", "cdn_get"),
    ("cdn", "PUT", r"/upload/(?P<sha256>[0-9a-f]{64})", "cdn_put"),
)


class Routes(Reading, Writing):
    """Answers every request that the Hub knows."""

    def _route(self, path, headers):
        for origin, method, pattern, name in ROUTES:
            if origin != self.server.origin or self.command not in method.split():
                continue
            if found := re.fullmatch(pattern, path):
                values = {key: unquote(value) for key, value in found.groupdict("").items()}
                if "kind" in values:
                    values["kind"] = values["kind"] or "models"
                if origin == "cdn":
                    if "authorization" in headers:
                        raise Refused(400, "Only one way to authenticate is allowed: no token here")
                    getattr(self, name)(**values)
                else:
                    getattr(self, name)(self.hub.user_of(headers), **values)
                return
        raise Refused(404, "Sorry, we can't find the page you are looking for.")
