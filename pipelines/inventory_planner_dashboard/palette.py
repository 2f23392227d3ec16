"""The colours of the charts: Okabe and Ito's, which colour-blind readers can distinguish."""

from __future__ import annotations

from typing import Final

BLUE: Final = "#0072b2"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
ORANGE: Final = "#e69f00"
VERMILION: Final = "#d55e00"
PINK: Final = "#cc79a7"
GREY: Final = "#8b929c"
MIDDLE_GREY: Final = "#7a7e84"  # text with a contrast of 4.1 on white and of 4.2 on marimo's dark ground
LIGHT_GREY: Final = "#a9b4c0"  # what was planned, beside BLUE for what happened
CATEGORIES: Final = [BLUE, ORANGE, GREEN, PINK, SKY, VERMILION, GREY]
