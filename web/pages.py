"""Makes the pages people see, among them the ones that say something went wrong.

What they say of DIT and of a service is the assistant's own answers, from data/services/.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from bot.crisis.help_lines import HelpLine, help_lines
from bot.knowledge.services import Service, services
from bot.knowledge.sources import source_line
from bot.knowledge.topics import topics
from bot.records.retention import retention
from bot.settings import settings

HERE = Path(__file__).parent

# The questions that a page answers, in this order, where there is an answer.
ABOUT_DIT = ("what_is_dit", "what_it_treats", "how_dit_works", "first_session", "childhood")
OF_A_SERVICE = (
    "about_the_service",
    "how_to_refer",
    "need_gp",
    "assessment",
    "who_it_suits",
    "online_or_in_person",
    "number_of_sessions",
    "session_length",
    "session_frequency",
    "session_times",
    "first_session",
    "middle_and_later_sessions",
    "homework",
    "therapist_who",
    "preparing",
    "video_call_needs",
    "staying_well",
)
URGENT = ("emergency", "nhs-111", "samaritans", "shout")


def _everywhere(request: Request) -> dict[str, Any]:
    """What every page needs: the service it is for, the services, urgent help.

    `carried` goes after the address of another page of ours, so that it is for the same service.
    """
    named = request.path_params.get("service") or request.query_params.get("service")
    every = services()
    service = every.get(named or "")
    return {
        "service": service,
        "carried": f"?service={service.id}" if service else "",
        "services": list(every.values()),
        "urgent": _urgent(service),
        "demonstration": settings().demo,
    }


templates = Jinja2Templates(directory=HERE / "templates", context_processors=[_everywhere])
bare = Jinja2Templates(directory=HERE / "templates")  # for when what is everywhere may be broken


async def home(request: Request) -> Response:
    """The front page; with `?service=berkshire` that service's."""
    return templates.TemplateResponse(request, "home.html", {"kinds": _kinds()})


async def about_dit(request: Request) -> Response:
    """What DIT is, as far as every service says it."""
    common = [(topics()[each].label, topics()[each].common) for each in ABOUT_DIT]
    said = [(label, each.text) for label, each in common if each]
    return templates.TemplateResponse(request, "about_dit.html", {"answers": said})


async def service(request: Request) -> Response:
    """One service: what its document says, and where that is from."""
    of = services().get(request.path_params["service"])
    if of is None:
        raise HTTPException(404)
    context = {"answers": _answers(of, OF_A_SERVICE), "source": source_line(of)}
    return templates.TemplateResponse(request, "service.html", context)


async def refer(request: Request) -> Response:
    """How to refer yourself, by service."""
    ways = [(each, each.says("how_to_refer")) for each in services().values()]
    return templates.TemplateResponse(request, "refer.html", {"ways": ways})


async def urgent_help(request: Request) -> Response:
    """Every help line."""
    lines = [help_lines().lines[each] for each in help_lines().order]
    return templates.TemplateResponse(request, "urgent_help.html", {"lines": lines})


async def privacy(request: Request) -> Response:
    """What is kept, who reads it, for how long."""
    return templates.TemplateResponse(request, "privacy.html", {"days": retention()})


async def cookies(request: Request) -> Response:
    """What is kept on the person's own device."""
    hours = settings().chat_hours
    return templates.TemplateResponse(request, "cookies.html", {"hours": hours})


async def accessibility(request: Request) -> Response:
    """The accessibility statement."""
    return templates.TemplateResponse(request, "accessibility.html")


async def missing(request: Request, error: Exception) -> Response:
    """Nothing is at this address, or it can't be used that way."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    return templates.TemplateResponse(request, "missing.html", status_code=status)


async def too_long(request: Request, _error: Exception) -> Response:
    """More was sent than anyone reads."""
    return templates.TemplateResponse(request, "too_long.html", status_code=413)


async def broken(request: Request, _error: Exception) -> Response:
    """Something failed on our side."""
    return bare.TemplateResponse(request, "broken.html", status_code=500)


ROUTES = [
    Route("/", home),
    Route("/about-dit", about_dit),
    Route("/services/{service}", service),
    Route("/refer", refer),
    Route("/urgent-help", urgent_help),
    Route("/privacy", privacy),
    Route("/cookies", cookies),
    Route("/accessibility", accessibility),
]
ERRORS: dict[Any, Any] = {HTTPException: missing, 413: too_long, Exception: broken}


def _answers(of: Service, topic_ids: tuple[str, ...]) -> list[tuple[str, str, list[str]]]:
    """The questions a service answers: label, text and the points of a list."""
    said = [(topics()[each].label, of.says(each)) for each in topic_ids]
    answers = []
    for label, text in said:
        if text is not None:
            first, *points = text.split("\n• ")
            answers.append((label, first, points))
    return answers


def _kinds() -> dict[str, str]:
    """How each service is reached, in a phrase for its card."""
    return {each.id: each.answers["how_to_refer"].short for each in services().values()}


def _urgent(of: Service | None) -> list[HelpLine]:
    held = help_lines()
    own = [line for line in held.lines.values() if of and of.id in line.services]
    first, second, *rest = (held.lines[each] for each in URGENT)
    return [first, second, *own, *rest]
