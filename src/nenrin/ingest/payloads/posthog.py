"""PostHog's capture bodies as Segment events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

_Fields = dict[str, Any]


def events_in(body: Any) -> list[Any]:
    """The events of a capture body: {"batch": [...]}, a bare list, {"data": [...]} or one event."""
    if isinstance(body, list):
        return body
    if not isinstance(body, Mapping):
        return [body]
    for name in ("batch", "data"):
        if isinstance(body.get(name), list):
            return list(body[name])
    return [body]


def key_in(body: Any) -> object:
    """The project key, wherever this client puts it."""
    first = events_in(body)[:1]
    for holder in [body, *first, *(event.get("properties") for event in first if isinstance(event, Mapping))]:
        if isinstance(holder, Mapping):
            for name in ("api_key", "token", "$token"):
                if holder.get(name):
                    return holder[name]
    return None


def as_segment(event: Any) -> Any:
    """One PostHog event as Segment would send it; what is not an object stays as it is, for `fault` to name."""
    if not isinstance(event, Mapping):
        return event
    properties = event.get("properties")
    properties = dict(properties) if isinstance(properties, Mapping) else {}
    options = event.get("options")  # the newer protocol has them apart
    if isinstance(options, Mapping) and options.get("process_person_profile") is False:
        properties["$process_person_profile"] = False
    told = _told(event, properties)
    return _MEANINGS.get(str(event.get("event") or _unnamed(event)), _track)(event, properties, told)


def _unnamed(event: Mapping[str, Any]) -> str:
    """The people endpoint sends traits without an event's name."""
    return "$set" if "$set" in event or "$set_once" in event else ""


def _told(event: Mapping[str, Any], properties: _Fields) -> _Fields:
    """What every kind has in common: who, when, which message, which group."""
    told: _Fields = {
        **_who(event, properties),
        "messageId": event.get("uuid") or properties.get("$insert_id"),
    }
    told["timestamp"] = event.get("timestamp")
    groups = properties.get("$groups")
    context: _Fields = {"library": {"name": properties.get("$lib"), "version": properties.get("$lib_version")}}
    if isinstance(groups, Mapping) and groups:
        context["groupId"] = groups.get("company", next(iter(groups.values())))
    return {**told, "context": context}


def _who(event: Mapping[str, Any], properties: _Fields) -> _Fields:
    who = event.get("distinct_id") or event.get("$distinct_id") or properties.get("distinct_id")
    is_nameless = (
        properties.get("$is_identified") is False
        or properties.get("$process_person_profile") is False
        or (who is not None and who == properties.get("$device_id"))
    )
    if is_nameless and event.get("event") != "$identify":
        return {"anonymousId": who}
    return {"userId": who, "anonymousId": properties.get("$anon_distinct_id")}


def _traits(event: Mapping[str, Any], properties: _Fields) -> _Fields:
    traits: _Fields = {}
    for holder in (properties, event):
        for name in ("$set_once", "$set"):
            if isinstance(holder.get(name), Mapping):
                traits.update(holder[name])
    return traits


def _identify(event: Mapping[str, Any], properties: _Fields, told: _Fields) -> _Fields:
    return {**told, "type": "identify", "traits": _traits(event, properties)}


def _group(event: Mapping[str, Any], properties: _Fields, told: _Fields) -> _Fields:
    traits = properties.get("$group_set")
    return {**told, "type": "group", "groupId": properties.get("$group_key"), "traits": traits}


def _alias(event: Mapping[str, Any], properties: _Fields, told: _Fields) -> _Fields:
    return {
        **told,
        "type": "alias",
        "previousId": properties.get("distinct_id"),
        "userId": properties.get("alias"),
    }


def _named(kind: str, name: str) -> Callable[[Mapping[str, Any], _Fields, _Fields], _Fields]:
    return lambda event, properties, told: {
        **told,
        "type": kind,
        "name": properties.get(name),
        "properties": properties,
    }


def _track(event: Mapping[str, Any], properties: _Fields, told: _Fields) -> _Fields:
    return {**told, "type": "track", "event": event.get("event"), "properties": properties}


_MEANINGS: Mapping[str, Callable[[Mapping[str, Any], _Fields, _Fields], _Fields]] = {
    "$identify": _identify,
    "$set": _identify,
    "$groupidentify": _group,
    "$create_alias": _alias,
    "$pageview": _named("page", "title"),
    "$screen": _named("screen", "$screen_name"),
}
