"""What the page shows: its tabs, its components and their events.

It must not know how digits are drawn, nor how the page is served.
"""
