"""What the page shows: its tabs, its components, their events, and drawings as HTML.

It must not know how latents become pixels, nor how the page is served.
"""
