#include <gtest/gtest.h>

#include "events/agent_type.hpp"
#include "events/message_type.hpp"

namespace chat {
namespace {

TEST(AgentType, HasItsWireNames) {
    EXPECT_EQ(to_string(AgentType::primary), "primary");
    EXPECT_EQ(to_string(AgentType::log_analysis), "log_analysis");
    EXPECT_EQ(parse_agent_type("primary"), AgentType::primary);
    EXPECT_EQ(parse_agent_type("log_analysis"), AgentType::log_analysis);
}

TEST(AgentType, RefusesOtherNames) {
    for (const char* name : {"", "Primary", "primary ", "log-analysis", "user"}) EXPECT_FALSE(parse_agent_type(name));
}

TEST(MessageType, HasItsWireNames) {
    for (const auto type : {MessageType::user, MessageType::agent, MessageType::system}) {
        EXPECT_EQ(parse_message_type(to_string(type)), type);
    }
    EXPECT_EQ(to_string(MessageType::user), "user");
    EXPECT_EQ(to_string(MessageType::agent), "agent");
    EXPECT_EQ(to_string(MessageType::system), "system");
}

TEST(MessageType, RefusesOtherNames) {
    for (const char* name : {"", "USER", "assistant", "users"}) EXPECT_FALSE(parse_message_type(name));
}

}  // namespace
}  // namespace chat
