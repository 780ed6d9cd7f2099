"""What stands between Gradio's server and its visitors: limits, sessions, and where it runs.

It must not know what is on the page.
"""
