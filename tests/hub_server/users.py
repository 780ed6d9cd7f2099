"""Who may do what."""

from typing import NamedTuple

from tests.hub_server.faults import Refused
from tests.hub_server.repositories import Repositories


class User(NamedTuple):
    """Whose a token is, and what they may do with it."""

    name: str
    role: str
    orgs: tuple[str, ...]


class SharedRepositories(Repositories):
    """Repositories that only some may read or write."""

    def __init__(self, folder, xet):
        super().__init__(folder, xet)
        self.users = {}  # token -> User

    def add_user(self, name, token, role="write", orgs=()):
        """Let `token` read as `name`, and write to that and the organisations' namespaces."""
        if role not in ("read", "write"):
            raise ValueError(role)
        self.users[token] = User(name, role, tuple(orgs))

    def user_of(self, headers):
        credentials = headers.get("authorization")
        if credentials is None:
            return None
        user = self.users.get(credentials.removeprefix("Bearer "))
        if user is None:
            raise Refused(401, "Invalid credentials in Authorization header")
        return user

    def readable(self, kind, repo, user):
        found = self.find(kind, repo)
        if found is None or (found["private"] and not owns(user, repo)):
            status = 404 if user else 401
            raise Refused(status, "Repository not found", "RepoNotFound")
        return found

    def writable(self, kind, repo, user):
        found = self.readable(kind, repo, user)
        if user is None:
            raise Refused(401, "Invalid username or password.")
        if not owns(user, repo) or user.role != "write":
            raise Refused(403, f"You don't have the rights to write to {repo} with this token")
        return found

    def let_in(self, found, user):
        """Refuse the files of a gated repository to those not let in."""
        if found["gated"] and not owns(user, found["repo"]):
            message = f"Access to model {found['repo']} is restricted"
            if user is None:
                raise Refused(
                    401, message + ". You must have access to it and be authenticated", "GatedRepo"
                )
            if user.name not in found["allowed"]:
                raise Refused(403, message + " and you are not in the authorized list", "GatedRepo")


def owns(user, repo):
    return user is not None and repo.partition("/")[0] in (user.name, *user.orgs)
