"""Mutations of the rules that make the service's promises, each of which the simulation must notice.

A mutation is (name, file, what stands there, what stands there instead when the mutation is on); one that takes several
places has several lines. `mutate.py` writes one copy of each file with all of its mutations in it, off; a program that links
these copies turns one on.
"""

ON = "chat::test::mutant"

MUTANTS = [
    # The rule: which records belong.
    ("skip_sequence_check", "commands/partition_view.cpp",
     "switch (place(head, *link)) {",
     "switch (@ ? Placement::belongs : place(head, *link)) {"),
    ("skip_previous_check", "commands/partition_view.cpp",
     "            case Placement::broken:\n                outputs_.push_back(Broken{offset, user,",
     "            case Placement::broken:\n"
     "                if (@ && link->sequence == head.sequence.next()) {\n"
     "                    standing = Standing::belongs;\n"
     "                    head = head_after(*link);\n"
     "                    break;\n"
     "                }\n"
     "                outputs_.push_back(Broken{offset, user,"),
    ("skip_previous_check", "commands/partition_view.cpp",
     "switch (place(tracked.head, record.link)) {",
     "switch (@ && record.link.sequence == tracked.head.sequence.next() ? Placement::belongs\n"
     "                                                 : place(tracked.head, record.link)) {"),
    ("settle_before_the_prefix_is_known", "commands/partition_view.cpp",
     "ahead_.begin()->first.value() == next_.value()) {",
     "(@ || ahead_.begin()->first.value() == next_.value())) {"),
    ("go_on_after_a_reconnect_without_a_look", "commands/partition_view.cpp",
     "    doubted_ = true;",
     "    doubted_ = !@;"),
    ("go_on_after_a_cut", "commands/partition_tail.cpp",
     "                    another_log(what.evidence);",
     "                    if (!@) another_log(what.evidence);"),
    ("prune_under_a_load", "commands/partition_view.cpp",
     "if (applied < kept_from_) return false;",
     "if (!@ && applied < kept_from_) return false;"),
    ("prune_under_a_load", "commands/partition_view.cpp",
     "pins_.empty() ? applied_ : std::min(applied_, *pins_.begin())",
     "@ || pins_.empty() ? applied_ : std::min(applied_, *pins_.begin())"),
    # Commands.
    ("new_id_after_an_unknown_outcome", "commands/partition_streams.cpp",
     "            why = unknown->reason;\n            may_be_stored = true;",
     "            if (@) co_return std::nullopt;\n            why = unknown->reason;\n            may_be_stored = true;"),
    ("two_in_flight_for_a_user", "commands/turns.cpp",
     "    if (free) co_return Turn(*this, std::move(user));",
     "    if (free || @) co_return Turn(*this, std::move(user));"),
    ("refuse_without_the_barrier", "commands/partition_streams.cpp",
     "        co_await barrier(deadline);\n        state =",
     "        if (!@) co_await barrier(deadline);\n        state ="),
    ("refuse_on_what_was_before_the_barrier", "commands/partition_streams.cpp",
     "state->quarantined || state->chats.head() != head) continue;",
     "state->quarantined || (!@ && state->chats.head() != head)) continue;"),
    ("call_an_unknown_outcome_an_outage", "commands/partition_streams.cpp",
     "        if (retry_after && !may_be_stored) throw",
     "        if (retry_after && (@ || !may_be_stored)) throw"),
    ("forget_the_fingerprint", "commands/partition_streams.cpp",
     "    if (first.fingerprint != causes.command_fingerprint.value_or(\"\"))",
     "    if (!@ && first.fingerprint != causes.command_fingerprint.value_or(\"\"))"),
    ("forget_keys_of_recent_events", "commands/partition_streams.cpp",
     "            if (first) co_return replayed(*first, causes);",
     "            if (first && !@) co_return replayed(*first, causes);"),
    ("forget_keys_of_projected_events", "commands/partition_streams.cpp",
     "            if (known.first) co_return replayed",
     "            if (known.first && !@) co_return replayed"),
    ("do_not_notice_a_set_back_read_model", "commands/partition_streams.cpp",
     "    if (next < least) {",
     "    if (next < least && !@) {"),
    ("do_not_notice_a_set_back_read_model", "commands/partition_tail.cpp",
     "    if (next < heard_) return set_back(next);",
     "    if (next < heard_ && !@) return set_back(next);"),
    ("do_not_compare_the_checkpoint_with_the_log", "commands/partition_streams.cpp",
     "} else if (!view_->agrees(checkpoint)) {",
     "} else if (!@ && !view_->agrees(checkpoint)) {"),
    ("load_once_and_miss_the_tail", "commands/partition_streams.cpp",
     "        for (const PartitionView::Passed& passed : belonging) {",
     "        for (const PartitionView::Passed& passed : belonging) {\n            if (@) break;"),
    ("decide_without_the_time_before", "commands/partition_streams.cpp",
     "std::max(context_.clock(), chats.last_time())",
     "@ ? context_.clock() : std::max(context_.clock(), chats.last_time())"),
    # Projection.
    ("drop_the_checkpoints_compare", "infra/memory/memory_tables.cpp",
     "    if (now.next_offset != from || now.edition",
     "    if ((!@ && now.next_offset != from) || now.edition"),
    ("keep_streams_over_a_failure", "projections/partition_projection.cpp",
     "    known_.clear();\n    read_on_.clear();",
     "    if (!@) known_.clear();\n    read_on_.clear();"),
    ("do_not_look_whether_the_read_model_was_set_back", "projections/partition_projection.cpp",
     "checkpoint.next_offset < *applied && set_back_)",
     "checkpoint.next_offset < *applied && set_back_ && !@)"),
    # Reads.
    ("read_without_waiting_for_own_writes", "api/chat_reads.cpp",
     "    if (!seen.last || projected_.at(partition)",
     "    if (@ || !seen.last || projected_.at(partition)"),
    ("keep_answers_over_changes", "api/chat_reads.cpp",
     "        cache_.drop(*user);",
     "        if (!@) cache_.drop(*user);"),
    ("keep_answers_that_a_record_overtook", "api/chat_reads.cpp",
     "    if (changes_of(user) != before.changes || rendered",
     "    if ((!@ && changes_of(user) != before.changes) || rendered"),
    ("answer_before_the_log_was_read_once", "api/chat_reads.cpp",
     "    if (!seen.whole) {",
     "    if (!@ && !seen.whole) {"),
    ("show_an_older_version_from_the_cache", "api/chat_reads.cpp",
     "    const bool newest = cache_.drop_older(user, answer.read.version);",
     "    const bool newest = @ || cache_.drop_older(user, answer.read.version);"),
    ("ignore_the_version_asked_for", "api/chat_reads.cpp",
     "answer.read.applied < at || (at_least && answer.read.version < *at_least);",
     "answer.read.applied < at || (!@ && at_least && answer.read.version < *at_least);"),
]
