"""A Hugging Face Hub of our own: HTTP as huggingface_hub speaks it, and faults on demand."""

from tests.hub_server.server import COLOURS, REASONS, Fault, HubServer

__all__ = ["COLOURS", "REASONS", "Fault", "HubServer"]
