#!/usr/bin/env python3
"""Writes more.json: questions with answers that owe nothing to the engine.

Every answer is found by walking minute by minute, with the time zones of Python's zoneinfo. Slow and plain on purpose.
Run it as `python3 tests/cases/brute_force.py`; the same seed gives the same file.
"""

import json
import random
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

UTC = timezone.utc
MINUTE = timedelta(minutes=1)
# A zone, and a day near one of its clock changes.
PLACES = [
    ("Europe/London", date(2026, 3, 29)), ("Europe/London", date(2026, 10, 25)), ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)), ("Australia/Lord_Howe", date(2026, 4, 5)), ("Australia/Lord_Howe", date(2026, 10, 4)),
    ("Asia/Kathmandu", date(2026, 6, 1)), ("Pacific/Apia", date(2026, 1, 15)), ("Africa/Cairo", date(2026, 4, 24)),
    ("America/St_Johns", date(2026, 11, 1)), ("Asia/Tokyo", date(2026, 12, 30)), ("Pacific/Chatham", date(2026, 9, 27)),
]


def text(at):
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(day, minute, zone):
    """Wall-clock time to instant: in a gap later by its length, in a fold the first occurrence (fold=0 does both)."""
    wall = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def minutes_of(clock):
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def clock(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


def hours_on(schedule, day):
    """Windows that begin on a date, as minutes of the wall clock; the end may lie on the next day."""
    own = [one for one in schedule["overrides"] if one["date"] == str(day)]
    if own:
        windows = [(one["start"], one["end"]) for one in own if not one.get("closed")]
    else:
        weekday = (day.weekday() + 1) % 7
        windows = [(one["start"], one["end"]) for one in schedule["weekly"] if weekday in one["days"]]
    out = []
    for start, end in windows:
        opens, closes = minutes_of(start), minutes_of(end)
        closes = 1440 if closes == 1439 else closes + 1440 if closes < opens else closes
        out.append((opens, closes))
    return out


def open_minutes(schedule, first, last):
    """Every minute that is open: wall minutes first, joined where they touch, then instants."""
    zone, epoch = schedule["tz"], first
    walls = set()
    day = first
    while day <= last:
        base = (day - epoch).days * 1440
        for opens, closes in hours_on(schedule, day):
            walls.update(range(base + opens, base + closes))
        day += timedelta(days=1)
    minutes = set()
    for start, end in stretches(walls):
        at, until = instant(epoch, start, zone), instant(epoch, end, zone)
        while at < until:
            minutes.add(at)
            at += MINUTE
    return minutes


def stretches(numbers):
    """Numbers in a row as [first, after the last)."""
    out = []
    for number in sorted(numbers):
        if out and out[-1][1] == number:
            out[-1][1] = number + 1
        else:
            out.append([number, number + 1])
    return out


def runs(minutes):
    out = []
    for at in sorted(minutes):
        if out and out[-1][1] == at:
            out[-1][1] = at + MINUTE
        else:
            out.append([at, at + MINUTE])
    return out


def walk(case):
    """The three answers of one question about slots."""
    query = [datetime.fromisoformat(case["query"][edge]) for edge in ("from", "to")]
    near = timedelta(days=4)
    minutes = open_minutes(case["schedule"], (query[0] - near).date(), (query[1] + near).date())
    windows = [run for run in runs(minutes) if run[0] < query[1] and query[0] < run[1]]
    before, after = (timedelta(minutes=case[f"buffer_{side}_min"]) for side in ("before", "after"))
    taken = set()
    for busy in case["busy"]:
        at, end = (datetime.fromisoformat(busy[edge]) for edge in ("start", "end"))
        while at < end:
            taken.add(at)
            at += MINUTE
    widened = set()
    for start, end in runs(taken):
        at = start - after
        while at < end + before:
            widened.add(at)
            at += MINUTE
    free = {at for at in minutes if query[0] <= at < query[1]} - widened
    length, step = timedelta(minutes=case["length_min"]), timedelta(minutes=case["step_min"])
    earliest = datetime.fromisoformat(case["now"]) + timedelta(minutes=case["notice_min"])
    slots = []
    for start, end in windows:
        at = start
        while at + length <= end:
            blocked = at - before
            clear = True
            while blocked < at + length + after:
                clear = clear and blocked not in taken
                blocked += MINUTE
            if clear and at >= earliest and query[0] <= at < query[1]:
                slots.append(at)
            at += step
    pairs = lambda spans: [[text(start), text(end)] for start, end in spans]
    return {"windows_utc": pairs(windows), "free_windows_utc": pairs(runs(free)), "slots_utc": [text(at) for at in slots]}


def window(random_):
    start = random_.randrange(0, 1435, 5)
    length = random_.choice([30, 45, 90, 120, 240, 480])
    end = start + length
    return clock(start), clock(end - 1440 if end > 1440 else end)


def slots_case(random_, number, place):
    zone, day = place
    weekly = []
    for _ in range(random_.randint(1, 3)):
        start, end = window(random_)
        weekly.append({"days": sorted(random_.sample(range(7), random_.randint(2, 7))), "start": start, "end": end})
    overrides = []
    if random_.random() < 0.5:
        start = random_.randrange(0, 1000, 15)
        overrides.append({"date": str(day), "start": clock(start), "end": clock(start + 150)})
    if random_.random() < 0.4:
        overrides.append({"date": str(day + timedelta(days=1)), "closed": True})
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    busy = []
    for _ in range(random_.randint(0, 4)):
        start = noon + timedelta(minutes=random_.randrange(-2000, 2000, 5))
        busy.append({"kind": "external", "start": text(start), "end": text(start + timedelta(minutes=random_.choice([15, 30, 60, 200])))})
    case = {
        "schedule": {"tz": zone, "weekly": weekly, "overrides": overrides},
        "busy": sorted(busy, key=lambda one: one["start"]),
        "length_min": random_.choice([15, 30, 45, 60]),
        "step_min": random_.choice([15, 20, 30, 60]),
        "buffer_before_min": random_.choice([0, 0, 5, 15]),
        "buffer_after_min": random_.choice([0, 0, 10, 30]),
        "notice_min": random_.choice([0, 60, 1440]),
        "now": text(noon - timedelta(days=random_.choice([1, 2, 9]))),
        "query": {"from": text(noon - timedelta(hours=random_.randint(12, 40))), "to": text(noon + timedelta(hours=random_.randint(6, 40)))},
    }
    return {"id": f"B{number:02}", "title": f"{zone} around {day}", "input": case, "expected": walk(case)}


def limit_case(random_, number):
    zone, day = random_.choice(PLACES)
    period, week_start = random_.choice(["PER_DAY", "PER_WEEK", "PER_MONTH", "PER_YEAR"]), random_.choice(["monday", "sunday"])
    start = datetime(day.year, day.month, day.day, random_.randrange(24), random_.choice([0, 30]), tzinfo=UTC)
    reach = {"PER_DAY": 40, "PER_WEEK": 250, "PER_MONTH": 900, "PER_YEAR": 9000}[period]
    booked = sorted(start + timedelta(hours=random_.randint(-reach, reach), minutes=30) for _ in range(6))

    def key(at):
        local = at.astimezone(ZoneInfo(zone)).date()
        if period == "PER_WEEK":
            local -= timedelta(days=(local.weekday() + (1 if week_start == "sunday" else 0)) % 7)
        return {"PER_DAY": local, "PER_WEEK": local, "PER_MONTH": (local.year, local.month), "PER_YEAR": local.year}[period]

    count, most = sum(key(at) == key(start) for at in booked), random_.randint(1, 4)
    case = {
        "tz": zone, "week_start": week_start, "limits": {period: most},
        "booked_starts_utc": [text(at) for at in booked], "new_start_utc": text(start),
    }
    return {"id": f"B{number:02}", "title": f"{period} of {most} in {zone}", "input": case, "expected": {"accept": count < most, "count_in_period": count}}


def clock_case(number, place):
    zone, day = place
    walls, instants = [], []
    for offset in range(-2, 3):
        for minute in (0, 330, 810, 1425):
            on = day + timedelta(days=offset)
            at = instant(on, minute, zone)
            wall = f"{on} {clock(minute)}"
            # A time in a gap is another time after it; those are left to the files beside this one.
            if at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") == wall:
                walls.append(wall)
                instants.append({"local": wall, "utc": text(at)})
    case = {"host_tz": zone, "viewer_tz": None, "wall_times": walls}
    return {"id": f"B{number:02}", "title": f"Wall times of {zone} around {day}", "input": case, "expected": {"instants": instants}}


def main():
    random_ = random.Random(20_261_121)
    cases = [slots_case(random_, number + 1, PLACES[number % len(PLACES)]) for number in range(48)]
    cases += [limit_case(random_, 49 + number) for number in range(14)]
    cases += [clock_case(63 + number, PLACES[number]) for number in range(12)]
    file = {"what": "As many again, answered by brute_force.py minute by minute with another time zone library", "cases": cases}
    Path(__file__).with_name("more.json").write_text(json.dumps(file, indent=1) + "\n")


if __name__ == "__main__":
    main()
