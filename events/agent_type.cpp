#include "events/agent_type.hpp"

namespace chat {

std::string_view to_string(AgentType type) {
    switch (type) {
        case AgentType::primary:
            return "primary";
        case AgentType::log_analysis:
            return "log_analysis";
    }
    return {};
}

std::optional<AgentType> parse_agent_type(std::string_view name) {
    for (const auto type : {AgentType::primary, AgentType::log_analysis}) {
        if (name == to_string(type)) return type;
    }
    return std::nullopt;
}

}  // namespace chat
