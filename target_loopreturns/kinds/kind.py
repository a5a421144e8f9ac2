"""What a kind of action says of itself: Loop's rules for it, its request, and what tells of it.

The kinds stand in the modules beside this one, by what they are about. A kind is an
endpoint and the few functions in which it differs from what is said here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loop_returns.endpoints import Endpoint
from loop_returns.http.client import Client
from target_loopreturns.actions.action import Action
from target_loopreturns.kinds.present import Listed, Present, ReturnNow

EMPTY = 204
"""The status of a change that was made, and of which nothing is told."""


class RuledOut(Exception):  # noqa: N818  an outcome, not an error
    """A rule says no: its short name, and why in words."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class NothingToDo(Exception):  # noqa: N818  likewise
    """Loop is already as the action wants it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it is asked of Loop; the path is below `/api/{version}`."""

    method: str
    path: str
    scope: str
    params: Mapping[str, str] | None = None
    body: object = None
    forbids: bool = False
    """Whether Loop documents 403 as its word on such a change."""


@dataclass(frozen=True, slots=True)
class Clues:
    """What is known of a request, beside the account now.

    Attributes:
        before: Loop's ids of the like that was there before a creation; None: not known.
        claimed: Loop's ids of what other actions have made.
        target_id: Loop's id of what was to be changed or deleted, or of what was queued.
        overdue: Loop has had the time that it may take for what it queues.
    """

    before: Collection[str] | None = None
    claimed: Collection[str] = ()
    target_id: str | None = None
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """True: it was made. False: it is not there. None: Loop does not tell."""

    made: bool | None
    target_id: str | None = None
    """Of what was made, where a creation was found."""
    answer: Mapping[str, Any] | None = None
    """What Loop made that the row's owner needs, such as a label's URL."""
    refused: str = ""
    """Loop took it up, and then did not do it, for good: why, in words."""


class ActionKind(ABC):
    """A kind of action.

    Attributes:
        endpoint: The address that its actions are sent to, or below.
        is_listed: Loop has a list of all such things, which is read whole.
        batch: How many actions one request takes.
        caution: What is to be known where Loop refuses the key.
        refuses_in_message: A `message` under HTTP 200 is a refusal.
    """

    is_listed = False
    batch = 1
    caution = ""
    refuses_in_message = False

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint

    def key(self, action: Action) -> str | None:
        """What the thing is called that the action is about, if it is read one by one."""
        del action
        return None

    @abstractmethod
    def judge(self, action: Action, present: Present, *, process_flagged: bool) -> Listed | None:
        """Whether Loop would do an action; gives the row that an update or deletion is about.

        Raises:
            RuledOut: it would not.
            NothingToDo: it is so already.
        """

    def happen(
        self, action: Action, present: Present, row: Listed | None, made: str | None
    ) -> None:
        """The action is carried out: `present` becomes what the next one meets, if that differs."""
        del action, present, row, made

    def own_id(self, action: Action, row: Listed | None) -> str | None:
        """Loop's id of what an action changes or deletes, where it is known."""
        del action, row
        return None

    @abstractmethod
    def request(self, actions: Sequence[Action], row: Listed | None, version: str) -> Change:
        """The request for an action, or for several that go together.

        Args:
            actions: One, or those of a batch.
            row: What is changed or deleted, as Loop has it now.
            version: Of Loop's API.

        Raises:
            ValueError: a row is to be changed or deleted, and its id is not given.
        """

    @abstractmethod
    def is_success(self, action: Action, status: int, body: object) -> bool:
        """Whether an answer has the form that Loop documents for a change that is made."""

    def like(self, action: Action, present: Present) -> frozenset[str] | None:
        """Loop's ids of the like of what an action would make; None if it makes nothing."""
        del action, present
        return None

    def is_queued(self, action: Action) -> bool:
        """Whether Loop's success only says that it took the action up."""
        del action
        return False

    def answer(self, body: object) -> Mapping[str, Any] | None:
        """What of Loop's answer the row's owner needs."""
        del body
        return None

    def hint(self, action: Action, said: str) -> str:
        """What to add to a refusal of Loop's."""
        del action, said
        return ""

    def is_gone(self, action: Action) -> bool | None:
        """What it means that Loop has no such thing to delete; None: a look tells."""
        del action
        return None

    def is_repeatable(self, action: Action) -> bool:
        """Whether the same request may come twice, one of them late, and nothing is done twice."""
        return action.name == "delete"

    def can_tell(self, action: Action) -> bool:
        """Whether there is anything in Loop to look at."""
        del action
        return True

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        """Look for what an action should have changed.

        Args:
            action: What was asked for.
            present: The account now.
            clues: What is known of the request.
            notes: Of its return, if the action is a note.
        """
        del clues, notes
        return Finding(self.is_so(action, present))

    def is_so(self, action: Action, present: Present) -> bool:
        """Whether Loop is as the action wants it."""
        try:
            self.judge(action, present, process_flagged=False)
        except NothingToDo:
            return True
        except RuledOut:
            return False
        return False


class ReadOneByOne(ActionKind):
    """A kind whose things have no list that is worth reading."""

    @abstractmethod
    def key(self, action: Action) -> str | None:
        """What the thing is called; None where the row does not name it."""

    @abstractmethod
    def read(self, client: Client, action: Action) -> Listed | None:
        """That thing as Loop has it now; None where Loop has none."""

    def thing(self, action: Action, present: Present) -> Listed | None:
        """The same, as it was read."""
        return present.things.get((action.stream, str(self.key(action))))


class AskedAgain(ActionKind):
    """A kind of which Loop shows nothing, and that may be asked for twice: the answer tells."""

    def is_repeatable(self, action: Action) -> bool:
        del action
        return True

    def can_tell(self, action: Action) -> bool:
        del action
        return False

    def was_made(
        self, action: Action, present: Present, clues: Clues, notes: Collection[Listed]
    ) -> Finding:
        del action, present, clues, notes
        return Finding(made=False)


def the_return(action: Action, present: Present) -> ReturnNow:
    """The return that an action is about.

    Raises:
        RuledOut: Loop has none.
    """
    now = present.returns.get(str(action.return_id))
    if now is None:
        named = "name" if action.fields.get("order_name") else "id"
        raise RuledOut("return_not_found", f"Loop has no return with this {named}")
    return now


def made(body: object) -> str | None:
    """The id, or token, of what was made, bare or wrapped."""
    if not isinstance(body, Mapping):
        return None
    found = body.get("id") or body.get("token")
    if found is None and len(body) == 1 and not body.keys() & {"id", "token"}:
        return made(next(iter(body.values())))
    return str(found) if isinstance(found, (str, int)) and found else None
