"""What `cgan.hub.errors` can say, by the ids that translations use.

Every sentence may use these values: `hub` (the address, without a password), `name` (user/name),
`namespace` (user), `repository` (user/name@revision) and `revision`. Some need more, named where
the error is made.
"""

SENTENCES = {
    # The token
    "hub.no_token": (
        "Pushing needs a token, and there is none: create one with write permission at "
        "{hub}/settings/tokens, then run `hf auth login` or set HF_TOKEN."
    ),
    "hub.bad_token": (
        "Your token contains an invalid character, such as a typographic quote. Run "
        "`hf auth login` again; if HF_TOKEN is set, it takes precedence."
    ),
    "hub.login_needed": "{hub} asks you to log in: run `hf auth login` or set HF_TOKEN.",
    "hub.token_refused": (
        "{hub} does not accept your token: it is mistyped, expired or for another Hub. Run "
        "`hf auth login` again; if HF_TOKEN is set, it takes precedence."
    ),
    # What was asked for
    "hub.no_repository": (
        "There is no model {name} on {hub} that you can see: check the name; if it is private, "
        "log in with `hf auth login` or set HF_TOKEN."
    ),
    "hub.no_revision": (
        "{name} has no revision {revision!r}: give a branch, a tag or a commit listed at "
        "{hub}/{name}."
    ),
    "hub.gated": (
        "{name} is gated: ask for access at {hub}/{name}, then log in with `hf auth login` or set "
        "HF_TOKEN."
    ),
    "hub.disabled": "{name} has been disabled on {hub}: choose another.",
    "hub.file_gone": (
        "A file of {repository} is no longer on {hub}: try again, or choose another revision."
    ),
    # Permission, and other answers
    "hub.paid_plan": (
        "{hub} requires a paid plan{told}: see {hub}/settings/billing, or choose another name."
    ),
    "hub.read_forbidden": "{hub} does not let you read {name}{told}: check your token.",
    "hub.write_forbidden": (
        "Your token may not write to {name}: it must have write permission, and {namespace} must "
        "be you or an organisation that lets you write. Create one at {hub}/settings/tokens."
    ),
    "hub.no_namespace": (
        "{hub} has no user or organisation {namespace} that you may write to: check the name."
    ),
    "hub.conflict": "{name} was being changed at the same moment{told}: try again.",
    "hub.refused": (
        "{hub} refused the request with status {status}{told}: check the name and HF_ENDPOINT."
    ),
    # Temporary problems
    "hub.out_of_order": "{hub} is having problems (status {status}): try again later.",
    "hub.rate_limit": (
        "{hub} has received too many requests from here: try again in a few minutes. You may send "
        "more when you are logged in (`hf auth login` or HF_TOKEN)."
    ),
    "hub.rate_limit_seconds": (
        "{hub} has received too many requests from here: try again in {seconds} s. You may send "
        "more when you are logged in (`hf auth login` or HF_TOKEN)."
    ),
    # The connection
    "hub.offline": (
        "HF_HUB_OFFLINE is set, so {hub} was not asked for {repository}: unset it to fetch or push."
    ),
    "hub.bad_certificates": (
        "No certificates can be read from the place that {variable} names: correct it or unset it."
    ),
    "hub.bad_proxy": (
        "{variable} is not the address of a proxy: write it like http://host:port, or unset it."
    ),
    "hub.socks_proxy": (
        "{variable} names a kind of proxy that can't be used here: use an http proxy, or install "
        "the package socksio for socks5."
    ),
    "hub.bad_timeout": "{variable} is not a whole number of seconds: correct it or unset it.",
    "hub.bad_endpoint": "HF_ENDPOINT is not a web address: {hub}. Write it like https://host.",
    "hub.timeout": (
        "{hub} did not answer in time: check the internet connection and, if it is set, "
        "HF_ENDPOINT."
    ),
    "hub.proxy": "The proxy did not let us reach {hub}: check HTTPS_PROXY.",
    "hub.certificate": (
        "Can't reach {hub} (its certificate is not trusted here): check the internet connection "
        "and, if they are set, HF_ENDPOINT, SSL_CERT_FILE and SSL_CERT_DIR."
    ),
    "hub.no_answer": (
        "Can't reach {hub} (no answer): check the internet connection and, if they are set, "
        "HF_ENDPOINT and HTTPS_PROXY."
    ),
    "hub.broken_off": (
        "The connection to {hub} was lost: try again; check the internet connection and, if "
        "it is set, HF_ENDPOINT."
    ),
    "hub.not_a_hub": "{hub} does not answer like a Hub: check HF_ENDPOINT and the proxy.",
    # This machine
    "hub.disk_full": "No disk space for {repository} in {path}: free some space.",
    "hub.cache_not_usable": (
        "{path} can't be written or read ({why}): set HF_HOME to a folder that can be."
    ),
    "hub.file_not_usable": "Could not use {path} ({why}) for {repository}: check it.",
    # Everything else
    "hub.unknown": (
        "Something went wrong with {repository} ({kind}: {said}). Try again, or look at {hub} in "
        "a browser."
    ),
}

# The Hub could not be asked: a copy from before will do, and asking again later may help.
UNAVAILABLE = {
    "hub.out_of_order",
    "hub.rate_limit",
    "hub.rate_limit_seconds",
    "hub.offline",
    "hub.bad_certificates",
    "hub.bad_proxy",
    "hub.socks_proxy",
    "hub.bad_timeout",
    "hub.bad_endpoint",
    "hub.timeout",
    "hub.proxy",
    "hub.certificate",
    "hub.no_answer",
    "hub.broken_off",
    "hub.not_a_hub",
}
