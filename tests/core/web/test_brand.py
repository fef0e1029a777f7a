"""A brand's tokens become custom properties, and can become nothing else."""

import pytest

from core.errors import LuwteError
from core.web.brand import stylesheet


def test_tokens_become_properties_of_both_schemes() -> None:
    css = stylesheet({"accent": "#2a7a3a", "utrecht-button-border-radius": "2rem"}, {"accent": "#9fdc8f"})
    light, dark = css.split("@media (prefers-color-scheme:dark)")
    assert "--luwte-accent:#2a7a3a;" in light
    assert "--utrecht-button-border-radius:2rem;" in light
    assert "--luwte-accent:#9fdc8f;" in dark


@pytest.mark.parametrize(
    "tokens",
    [
        {"accent": "red;}body{display:none"},
        {"accent": "url(//elsewhere.example/x)"},
        {"accent": "URL(x)"},
        {"accent": "</style><script>"},
        {"accent": "\\75rl(x)"},
        {"accent:x": "red"},
        {"Accent": "red"},
    ],
)
def test_a_token_cannot_say_more_than_a_token(tokens: dict[str, str]) -> None:
    with pytest.raises(LuwteError):
        stylesheet(tokens, {})
