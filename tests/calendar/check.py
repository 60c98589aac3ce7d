"""Reads the calendar files of a test run with two independent readers and compares them with what was booked.

Usage: check.py FOLDER

FOLDER holds *.ics and expected.json: a list of {"file", "booking", "method", "sequence", "status", "start", "end",
"zone", "organizer", "attendees", "summary", "location", "description"}. Then each file is damaged in every way of
DAMAGES, and the comparison must notice.
"""

import datetime
import json
import pathlib
import sys
import zoneinfo

import icalendar
import vobject

UTC = datetime.timezone.utc


class Wrong(Exception):
    """A file is not what it should be."""


def need(found, expected, what):
    if found != expected:
        raise Wrong(f"{what}: {found!r}, not {expected!r}")


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def as_bytes(data):
    """What the standard says of the file's lines (RFC 5545, 3.1)."""
    if not data.endswith(b"\r\n"):
        raise Wrong("the last line has no end")
    for line in data[:-2].split(b"\r\n"):
        if len(line) > 75:
            raise Wrong(f"a line of {len(line)} octets: {line!r}")
        if b"\n" in line or b"\r" in line:
            raise Wrong(f"a bare line end in {line!r}")
        line.decode("utf-8")  # no character is cut in two


def by_icalendar(data, seen):
    calendar = icalendar.Calendar.from_ical(data)
    need([c.name for c in calendar.subcomponents], ["VEVENT"], "components")
    event = calendar.walk("VEVENT")[0]
    need(event.errors, [], "what the reader complains of")
    need([c.name for c in event.subcomponents], [], "components of the event")
    need(sorted(name for name in event if name.startswith("X-")), [], "properties that nobody wrote")
    attendees = event.get("ATTENDEE", [])
    attendees = attendees if isinstance(attendees, list) else [attendees]
    seen.update(
        version=str(calendar["VERSION"]),
        method=str(calendar["METHOD"]),
        uid=str(event["UID"]),
        sequence=int(event["SEQUENCE"]),
        status=str(event["STATUS"]),
        start=event.decoded("DTSTART"),
        end=event.decoded("DTEND"),
        stamp=event.decoded("DTSTAMP"),
        organizer=str(event["ORGANIZER"]),
        attendees=sorted(str(a) for a in attendees),
        names=sorted(a.params.get("CN", "") for a in attendees),
        summary=str(event["SUMMARY"]),
        location=str(event.get("LOCATION", "")),
        description=str(event.get("DESCRIPTION", "")),
    )


def by_vobject(data, seen):
    calendars = list(vobject.readComponents(data.decode("utf-8")))
    need(len(calendars), 1, "calendars")
    calendar = calendars[0]
    need(len(calendar.vevent_list), 1, "events")
    event = calendar.vevent
    value = lambda name: event.contents[name][0].value if name in event.contents else ""
    seen.update(
        version=calendar.version.value,
        method=calendar.method.value,
        uid=value("uid"),
        sequence=int(value("sequence")),
        status=value("status"),
        start=value("dtstart"),
        end=value("dtend"),
        stamp=value("dtstamp"),
        organizer=value("organizer"),
        attendees=sorted(a.value for a in event.contents.get("attendee", [])),
        names=None,  # it leaves RFC 6868 to others
        summary=value("summary"),
        location=value("location"),
        description=value("description"),
    )


def compare(data, expected, uids):
    """Raises Wrong, or whatever a reader raises, when the file does not say what was booked."""
    as_bytes(data)
    for reader in (by_icalendar, by_vobject):
        seen = {}
        reader(data, seen)
        name = reader.__name__
        need(seen["version"], "2.0", f"{name}: version")
        for field in ("method", "sequence", "status", "summary", "location", "description"):
            need(seen[field], expected[field], f"{name}: {field}")
        for field in ("start", "end"):
            at, wanted = seen[field], instant(expected[field])
            need(at.tzinfo is not None, True, f"{name}: {field} has a zone")
            need(at.astimezone(UTC), wanted, f"{name}: {field}")
            zone = zoneinfo.ZoneInfo(expected["zone"])
            need(at.astimezone(zone).isoformat(), wanted.astimezone(zone).isoformat(), f"{name}: {field} on the wall")
        need(seen["stamp"].utcoffset(), datetime.timedelta(0), f"{name}: stamp is in UTC")
        need(seen["organizer"], "mailto:" + expected["organizer"], f"{name}: organizer")
        need(seen["attendees"], sorted("mailto:" + a for a in expected["attendees"]), f"{name}: attendees")
        if seen["names"] is not None and expected["name"] not in seen["names"]:
            raise Wrong(f"{name}: {expected['name']!r} is not among {seen['names']!r}")
        need(uids.setdefault(expected["booking"], seen["uid"]), seen["uid"], f"{name}: the booking's UID")


def replaced(old, new):
    return lambda data: data.replace(old, new, 1)


def line(name, change):
    """Changes the (folded) content line that begins so."""

    def damage(data):
        lines = data.replace(b"\r\n ", b"").split(b"\r\n")
        lines = [change(one) if one.startswith(name) else one for one in lines]
        return fold(b"\r\n".join(lines))

    return damage


def fold(data):
    out = []
    for one in data.split(b"\r\n"):
        text, room = "", 75
        for character in one.decode("utf-8"):
            size = len(character.encode("utf-8"))
            if size > room:
                text, room = text + "\r\n ", 74
            text, room = text + character, room - size
        out.append(text.encode("utf-8"))
    return b"\r\n".join(out)


def later(one):
    name, value = one.split(b":")
    at = datetime.datetime.strptime(value.decode(), "%Y%m%dT%H%M%SZ") + datetime.timedelta(hours=1)
    return name + b":" + at.strftime("%Y%m%dT%H%M%SZ").encode()


DAMAGES = {
    "starts an hour later": line(b"DTSTART:", later),
    "ends an hour later": line(b"DTEND:", later),
    "floats": line(b"DTSTART:", lambda one: one.rstrip(b"Z")),
    "another event's": line(b"UID:", lambda one: one + b"x"),
    "an older version": line(b"SEQUENCE:", lambda one: b"SEQUENCE:%d" % (int(one.split(b":")[1]) - 1)),
    "another method": line(b"METHOD:", lambda one: b"METHOD:REPLY"),
    "another status": line(b"STATUS:", lambda one: b"STATUS:NEEDS-ACTION"),
    "somebody else": line(b"ATTENDEE;", lambda one: one.replace(b"mailto:", b"mailto:x")),
    "nobody": line(b"ATTENDEE;", lambda one: b"X-GONE:1"),
    "another organizer": line(b"ORGANIZER;", lambda one: one.replace(b"mailto:", b"mailto:x")),
    "another name": line(b"ATTENDEE;", lambda one: one.replace(b'CN="', b'CN="x')),
    "a letter less": line(b"SUMMARY:", lambda one: one[:8] + one[9:]),
    "an unescaped backslash": line(b"SUMMARY:", lambda one: one.replace(b"\\\\", b"\\n", 1)),
    "a description cut short": line(b"DESCRIPTION:", lambda one: one.split(b"\\n")[0]),
    "bare line ends": lambda data: data.replace(b"\r\n", b"\n"),
    "never folded": lambda data: data.replace(b"\r\n ", b""),
    "folded within a character": lambda data: cut_a_character(data),
    "an injected line": replaced(b"STATUS:", b"X-INJECTED:1\r\nBEGIN:VEVENT\r\nEND:VEVENT\r\nSTATUS:"),
    "a second event": replaced(b"END:VCALENDAR", b"BEGIN:VEVENT\r\nUID:2\r\nEND:VEVENT\r\nEND:VCALENDAR"),
    "no end": replaced(b"END:VEVENT\r\n", b""),
}


def cut_a_character(data):
    for at, byte in enumerate(data):
        if byte >= 0xC0:
            return data[: at + 1] + b"\r\n " + data[at + 1 :]
    return data


def noticed(data, expected, uids):
    try:
        compare(data, expected, dict(uids))
    except Exception:  # a reader that gives up has noticed, too
        return True
    return False


def main(folder):
    folder = pathlib.Path(folder)
    expected = json.loads((folder / "expected.json").read_text("utf-8"))
    files = {one["file"] for one in expected}
    need(sorted(files), sorted(path.name for path in folder.glob("*.ics")), "files in the folder")
    uids, failures = {}, []
    for one in expected:
        try:
            compare((folder / one["file"]).read_bytes(), one, uids)
        except Exception as error:
            failures.append(f"{one['file']}: {type(error).__name__}: {error}")
    if len(set(uids.values())) != len(uids):
        failures.append("two bookings have one UID")
    tried = dict.fromkeys(DAMAGES, 0)
    for one in expected if not failures else []:
        data = (folder / one["file"]).read_bytes()
        for name, damage in DAMAGES.items():
            bent = damage(data)
            if bent == data:
                continue
            tried[name] += 1
            if not noticed(bent, one, uids):
                failures.append(f"{one['file']}: nobody notices that it is damaged: {name}")
    failures += [f"no file could be damaged so: {name}" for name, count in tried.items() if not failures and not count]
    for failure in failures[:20]:
        print(failure, file=sys.stderr)
    zones = {one["zone"] for one in expected}
    print(
        f"{len(expected)} files of {len(uids)} bookings in {len(zones)} zones, read by icalendar "
        f"{icalendar.__version__} and vobject; {sum(tried.values())} damaged ones, {len(failures)} failures"
    )
    return 1 if failures or len(expected) < 50 or len(zones) < 20 else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
