"""What a run under faults came to, for people and for the results folder."""


def longest_gap(history, begin_ns, end_ns):
    """Seconds in which no command was acknowledged to anyone."""
    moments = [begin_ns, *sorted(at for at in history.acknowledged_at if begin_ns <= at <= end_ns), end_ns]
    return max(later - earlier for earlier, later in zip(moments, moments[1:])) / 1e9


def report(title, verdict, faults, seconds, gap, endings=()):
    lines = [
        f"{title}, {seconds:.0f} s",
        f"  commands {verdict.commands}, acknowledged {verdict.acknowledged}; {verdict.unknown_answers} answers left the outcome "
        f"unknown, {verdict.never_known} commands to the end; conflicts {verdict.conflicts}",
        f"  reads {verdict.reads}, of which {verdict.late_reads} waited to the bound; void records {verdict.void}",
        f"  faults {sum(faults.values())}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(faults.items())),
        f"  lost {verdict.lost}, duplicated {verdict.duplicated}, violations {len(verdict.violations)}",
        f"  longest time without an acknowledgement {gap:.1f} s",
    ]
    if endings:
        lines.append(f"  programs that ended by themselves: {', '.join(f'{name} ({code})' for name, code, _ in endings)}")
    lines += [f"  VIOLATION {violation}" for violation in verdict.violations[:50]]
    return "\n".join(lines)
