"""The web page: it writes what one types, with the weights of `cgan`, without Jittor."""
