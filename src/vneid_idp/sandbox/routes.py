"""The sandbox's own pages: front page, outbox, explained errors, API viewer, guide, certificates, captures, registers
of make-believe carriers, and the days that pass for their numbers."""

from vneid_idp.sandbox import backchannel, certificates, front, outbox, registers, stage, time_lapse, viewer
from vneid_idp.sandbox.authority import Authority
from vneid_idp.sandbox.explanations import Explanations, explanation_page
from vneid_idp.sandbox.faces import captures
from vneid_idp.sandbox.front import Demos
from vneid_idp.sandbox.guide import routes as guide
from vneid_idp.web.doors import Door


def doors(explanations: Explanations, demos: Demos, authority: Authority | None, database_url: str) -> list[Door]:
    """The doors of the sandbox."""
    return [
        Door.page("/", front.front_page(demos)),
        Door.page("/sandbox/as/{slug}", stage.choose),
        Door.page("/sandbox/outbox", outbox.outbox_page),
        Door.page("/sandbox/errors/{request_id}", explanation_page(explanations)),
        *viewer.doors,
        *backchannel.doors,
        *captures.doors,
        *registers.doors,
        *time_lapse.doors(database_url),
        *guide.doors,
        *([] if authority is None else certificates.doors(authority)),
    ]
