#include "projections/command_answers.hpp"

#include <utility>

namespace chat {

void CommandAnswerChanges::add(CommandAnswer answer) {
    const auto [found, is_new] = index_.try_emplace({answer.session.user.value(), answer.key}, answers_.size());
    if (is_new)
        answers_.push_back(std::move(answer));
    else
        answers_[found->second] = std::move(answer);
}

void apply(CommandAnswerChanges& changes, const Recorded& recorded, const SessionChange& session) {
    const Causes& causes = recorded.envelope.causes;
    if (!causes.command_key) return;
    CommandAnswer answer{.key = *causes.command_key,
                         .fingerprint = causes.command_fingerprint.value_or(""),
                         .sequence = recorded.envelope.sequence,
                         .time = recorded.envelope.time,
                         .message = {},
                         .session = session};
    if (const auto* added = std::get_if<MessageAdded>(&recorded.event)) answer.message = added->message;
    changes.add(std::move(answer));
}

}  // namespace chat
