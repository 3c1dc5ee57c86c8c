"""What can go wrong, with the messages and exit statuses of the program."""

from __future__ import annotations

from typing import ClassVar


class Error(Exception):
    """Any failure of this package. Its text is the program's message: what is wrong, where, and a way out."""

    #: What the program would exit with.
    exit_status: ClassVar[int] = 4

    def __init__(self, problem: str, place: str = "", remedy: str = "") -> None:
        super().__init__(problem, place, remedy)
        #: What is wrong, and why.
        self.problem = problem
        #: The file and the element in it; empty where there is none.
        self.place = place
        #: A way out; empty where there is none.
        self.remedy = remedy

    def without(self, folder: str) -> None:
        """Takes a folder out of the message."""
        self.args = tuple(part.replace(folder, "") for part in self.args)
        self.problem, self.place, self.remedy = self.args

    def __str__(self) -> str:
        text = self.problem
        if self.place:
            text += f"\n  in {self.place}"
        if self.remedy:
            text += f"\n  try: {self.remedy}"
        return text


class Misused(Error, ValueError):
    """Arguments that cannot be meant; the program's command line would be wrong."""

    exit_status: ClassVar[int] = 2


class Refused(Error):
    """The input is bad, inconsistent, or outside what the models are valid for."""

    exit_status: ClassVar[int] = 3


class Failed(Error):
    """It failed while running."""

    exit_status: ClassVar[int] = 4


class MissingEnvironment(Error):
    """The environment lacks something that was asked for, such as a GPU."""

    exit_status: ClassVar[int] = 5


class Cancelled(Error):
    """A progress callback returned `False`. Nothing was written."""

    exit_status: ClassVar[int] = 130
