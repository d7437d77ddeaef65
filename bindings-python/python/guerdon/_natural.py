"""Builds Python's own date and time objects from the text that crosses the boundary."""

from datetime import date as _date
from datetime import datetime, timezone


def instant(text: str) -> datetime:
    """An aware datetime in UTC from RFC 3339 text that ends in ``Z``."""
    whole, _, fraction = text[:-1].partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=timezone.utc)
    return moment.replace(microsecond=int(fraction.ljust(6, "0"))) if fraction else moment


def date(text: str) -> _date:
    """A calendar date."""
    return _date.fromisoformat(text)
