#include "infra/config/program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/outage.hpp"

namespace chat {
namespace {

struct Ran {
    int code;
    std::string out;
    std::string err;
};

Ran ran(std::vector<std::string> words, const std::function<int(const Settings&)>& body) {
    words.insert(words.begin(), "chat-api");
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    const int code = run_program(Program::api, static_cast<int>(argv.size()), argv.data(), body);
    return {code, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

TEST(Program, EndsWithWhatItsBodySays) {
    EXPECT_EQ(ran({}, [](const Settings&) { return 4; }).code, 4);
    EXPECT_EQ(ran({"--http-port", "1"}, [](const Settings& settings) { return settings.http_port == 1 ? 0 : 1; }).code,
              0);
}

TEST(Program, PrintsHelpAndIsDone) {
    const Ran help = ran({"--help"}, [](const Settings&) -> int { throw std::runtime_error("must not run"); });
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, testing::HasSubstr("CHAT_HTTP_PORT"));
    EXPECT_EQ(help.err, "");
}

TEST(Program, SaysInOneLineWhatIsWrong) {
    const Ran bad = ran({"--http-port", "x"}, [](const Settings&) { return 0; });
    EXPECT_EQ(bad.code, 2);
    EXPECT_EQ(bad.err, "chat-api: --http-port: must be a port from 0 to 65535, not 'x'\n");

    const Ran unreachable = ran({}, [](const Settings&) -> int { throw Outage("no database"); });
    EXPECT_EQ(unreachable.code, 3);
    EXPECT_EQ(unreachable.err, "chat-api: no database\n");

    const Ran failed = ran({}, [](const Settings&) -> int { throw std::logic_error("a bug"); });
    EXPECT_EQ(failed.code, 1);
    EXPECT_EQ(failed.err, "chat-api: a bug\n");
}

TEST(Program, SaysSoAsALogLineWhereThoseAreForMachines) {
    const Ran failed = ran({"--log-format", "json"}, [](const Settings&) -> int { throw Outage("no \"database\""); });
    EXPECT_EQ(failed.code, 3);
    EXPECT_THAT(failed.err, testing::StartsWith("{\"time\":"));
    EXPECT_THAT(failed.err, testing::EndsWith(R"("level":"error","program":"chat-api","message":"no \"database\""})"
                                              "\n"));
}

TEST(Program, WritesNoControlCharacterOfAValue) {
    EXPECT_EQ(ran({"--log-level", "a\n\033[31mb"}, [](const Settings&) { return 0; }).err,
              "chat-api: --log-level: must be debug, info, warning or error, not 'a\\n\\u001b[31mb'\n");
}

}  // namespace
}  // namespace chat
