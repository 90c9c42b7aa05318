"""A probe from its beginning to what it says; one process, nothing judged."""

from collections.abc import Iterator
from typing import Final

from fixtures.run.session import Session
from reports import closing
from reports.preflight import NOT_READY, READY
from reports.probing import telling
from reports.probing.course import Course
from reports.probing.learner import Learner
from reports.probing.trying import Trying


class Probe:
    """One probe of the target of a session, which it makes its own."""

    def __init__(self, session: Session) -> None:
        self._session, self._given = session, dict(session.target.operations)
        self._begun = session.runtime.requests
        spelled = dict(session.target.operations)
        # What is learned is what this target goes by from then on.
        session.target = session.target.model_copy(update={"operations": spelled})
        session.transport.close()
        learner = Learner(spelled)
        session.transport = Trying(session.target, session.runtime, learner)
        self.course: Final = Course(session, learner)

    def run(self) -> None:
        """Send what there is to send."""
        self.course.run()

    def finish(self, *, keep: bool) -> Iterator[str]:
        """Close what was made, and say what was learned."""
        requests = self._session.runtime.requests - self._begun
        if not keep:
            closing.closed(self._session)
        yield from telling.text(self.course, self._given, requests)

    @property
    def status(self) -> int:
        """0 where nothing is missing, 7 where a line or an answer is."""
        course = self.course
        lacking = telling.missing(course, self._given)
        return NOT_READY if lacking or course.stopped or course.learner.questions else READY
