"""What stands between Gradio's server and its visitors: limits, sessions, and where it runs.

It must not know the page's controls and texts.
"""
