"""What a form must look like."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from .models import LONGEST

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST)]


class NoteForm(BaseModel):
    """A new note."""

    model_config = ConfigDict(frozen=True)

    text: Text
