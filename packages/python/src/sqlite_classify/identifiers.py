"""The identifier that a model's file states of itself: whether its bytes are still those that it was written with.

The extension keeps the models that it has read by their identifiers, so that a damaged copy of one of them must never
get as far.
"""
import re

from . import model_file

STATED = re.compile(b'"identifier":"([0-9a-f]{32})"')
WITHIN = 4096  # bytes of a file, where the extension looks for it


def check(weights):
    """ValueError if the file states an identifier and has other bytes; TypeError if these are no bytes."""
    if not isinstance(weights, (bytes, bytearray, memoryview)):
        raise TypeError(f"weights is {weights!r:.80}, expected the bytes of a model's file: the contents of the column "
                        "weights, or what from_keras() and from_torch() give")
    stated = STATED.search(bytes(weights[:WITHIN]))
    if stated is None:
        return
    found = model_file.identifier(bytes(weights[:stated.start(1)]), bytes(weights[stated.end(1):]))
    if found != stated[1]:
        raise ValueError(f"the weights cannot be used ({len(weights)} bytes): the bytes have changed since their "
                         "identifier was written; weights that were edited on purpose run when 'identifier' is removed "
                         "from their metadata")
