"""When something is due that is done again and again: every so often, counted from a time of day.

`every` is in seconds. What is due once a day or less often comes at its time of day by the wall clock, also on the days
on which clocks are put forward or back; what is due more often is counted from that time on, each day anew.
"""

from __future__ import annotations

import datetime as dt
import re

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DAY = 86_400.0

HOURLY = "hourly"
_HOURLY_SECONDS = 300.0  # long enough for a sweep to see all that waited for the hour


def parse_time(text: str) -> dt.time | None:
    """Return a time of day written 06:00; None for any other text. Empty is midnight."""
    match = _TIME.fullmatch(text.strip() or "00:00")
    return dt.time(int(match[1]), int(match[2])) if match else None


def last_due(every: float, at: str, now: dt.datetime, zone: dt.tzinfo | None = None) -> dt.datetime | None:
    """Return the latest instant (UTC) at or before `now` that was due; None without a schedule.

    `zone` is whose wall clock `at` is; None: this machine's.
    """
    time = parse_time(at)
    if every <= 0 or time is None:
        return None
    today = now.astimezone(zone).date()
    day = today if _instant(today, time, zone) <= now else today - dt.timedelta(days=1)
    begun = _instant(day, time, zone)
    if every < _DAY:
        return begun + dt.timedelta(seconds=(now - begun).total_seconds() // every * every)
    days = round(every / _DAY)
    return _instant(day - dt.timedelta(days=day.toordinal() % days), time, zone)


def opens_in(when: str, now: dt.datetime, zone: dt.tzinfo | None = None) -> float:
    """Return the seconds until work of a latency class may be done; 0 when it may be done now.

    `when` is empty (at once), "hourly" (the first five minutes of each hour) or a window of the day such as
    22:00-05:00, whose end is not in it. What cannot be read opens at once. `zone` as for `last_due`.
    """
    if when == HOURLY:
        into = now.minute * 60 + now.second + now.microsecond / 1e6
        return 0.0 if into < _HOURLY_SECONDS else 3600 - into
    window = parse_window(when)
    if window is None:
        return 0.0
    opens, shuts = window
    clock = now.astimezone(zone).time()
    inside = opens <= clock < shuts if opens < shuts else clock >= opens or clock < shuts
    if inside:
        return 0.0
    today = now.astimezone(zone).date()
    begins = _instant(today, opens, zone)
    if begins <= now:
        begins = _instant(today + dt.timedelta(days=1), opens, zone)
    return (begins - now).total_seconds()


def parse_window(text: str) -> tuple[dt.time, dt.time] | None:
    """Return begin and end of a window of the day written 22:00-05:00; None for any other text."""
    begin, dash, end = text.partition("-")
    opens, shuts = parse_time(begin or "?"), parse_time(end or "?")
    if not dash or opens is None or shuts is None or opens == shuts:
        return None
    return opens, shuts


def _instant(day: dt.date, time: dt.time, zone: dt.tzinfo | None) -> dt.datetime:
    """Return the instant of a wall clock's time; a naive value is the machine's own clock."""
    return dt.datetime.combine(day, time, zone).astimezone(dt.UTC)
