"""What stands between Gradio's server and its visitors: limits, sessions, and where it runs.

It must not know the page, its texts, or what the endpoints do: `demo/app.py` gives it the page and
the endpoints' names.
"""
