"""The kinds of danger that the conversation treats apart."""

from __future__ import annotations

SUICIDAL = "suicidal-thoughts"
LIFE_AT_RISK = frozenset({"overdose", "medical-emergency"})
ABOUT_OTHERS = frozenset({"someone-else", "harm-to-others", "abuse"})  # not one's own thoughts
