"""The page's events beside the queue: the number is drawn while a visitor types.

Through Gradio's queue an event takes two requests: one joins it, and one brings the result. These
take one. They wait in a line of their own (`demo.line`).
"""

# Where Gradio's page sends events that were made with `queue=False`.
PATH = "/gradio_api/run/predict"
