#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "infra/config/settings.hpp"
#include "projections/replay/verification.hpp"
#include "projections/replay_commands/progress_display.hpp"

namespace chat {

/// `1%` as 0.01. Throws BadUsage.
double share_of(const Settings& settings, const std::string& flag, double standard);

/// One line for people.
std::string readable(const Difference& difference);

/// Verifies with progress on stderr; differences go to stdout.
asio::awaitable<VerifyResult> verify_showing(RecordSource& source, ReadModelRows& model, VerifyOptions options,
                                             ProgressDisplay& display);

}  // namespace chat
