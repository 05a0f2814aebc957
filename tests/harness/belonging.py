"""The rule by which readers of the log know what belongs to its user's stream."""


def belonging(records):
    """Those of a topic's records (by partition and offset) that belong, in their order."""
    heads, found = {}, []
    for record in records:
        sequence, last = heads.get(record.key, (0, None))
        if int(record.headers["ce_sequence"]) == sequence + 1 and record.headers.get("ce_previous") == last:
            heads[record.key] = (sequence + 1, record.headers["ce_id"])
            found.append(record)
    return found


def content(records):
    """What must be the same in both topics: all but the offsets."""
    return [(r.partition, r.key, r.headers, r.value) for r in records]
