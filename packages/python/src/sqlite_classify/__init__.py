"""sqlite-classify: a text classifier inside SQLite.

    import sqlite_classify
    db = sqlite_classify.connect("my.db")
    db.execute("SELECT classify_train(body, category) FROM tickets").fetchone()

connect(path) opens a database with the extension loaded; load(connection) loads it into a connection that
is there. save() stores a model that was made elsewhere, add_encoder() a pretrained encoder; labels() and
vocabulary() say what is in a model. These need the standard library only. from_keras(), from_torch(),
to_keras(), to_torch() and attention_layer() need numpy, and Keras or PyTorch; they are shown here if numpy is
installed.
"""
import importlib
import importlib.util

from .connections import ExtensionsUnavailable, connect, load, loadable_path
from .contents import labels, vocabulary
from .encoders import add_encoder
from .saving import save

# These are imported when they are first asked for, since they need numpy and more.
_LAZY = {
    "from_keras": "keras_models",
    "to_keras": "keras_models",
    "attention_layer": "keras_models",
    "from_torch": "torch_models",
    "to_torch": "torch_models",
}

__all__ = ["ExtensionsUnavailable", "connect", "load", "loadable_path", "save", "add_encoder", "labels", "vocabulary"]
if importlib.util.find_spec("numpy"):
    __all__ += _LAZY


def __getattr__(name):
    if name in _LAZY:
        return getattr(importlib.import_module("." + _LAZY[name], __name__), name)
    if name == "__version__":
        return _version()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__})


def _version():
    metadata = importlib.import_module("importlib.metadata")
    try:
        return metadata.version("sqlite-classify")
    except metadata.PackageNotFoundError:
        raise AttributeError(f"module {__name__!r} is not installed, so that it has no version") from None
