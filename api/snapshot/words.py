"""Moved to api.words."""

from api.words import Word, fold, stem, words

__all__ = ["Word", "fold", "stem", "words"]
