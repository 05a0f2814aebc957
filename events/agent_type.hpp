#pragma once

#include <optional>
#include <string_view>

namespace chat {

/// Which agent a session talks to; the rule of five counts each type by itself.
enum class AgentType { primary, log_analysis };

/// The wire name: `primary`, `log_analysis`.
std::string_view to_string(AgentType type);
std::optional<AgentType> parse_agent_type(std::string_view name);

}  // namespace chat
