"""Believable companies, people and places that do not exist, in kanji, kana and roman letters."""
