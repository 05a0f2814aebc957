#include "infra/log/logger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace chat {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;

std::string logged(LogOptions options, const std::function<void(spdlog::logger&)>& write) {
    std::ostringstream out;
    const Logger logger = make_logger("chat-api", options, std::make_shared<spdlog::sinks::ostream_sink_st>(out));
    write(*logger);
    return out.str();
}

constexpr LogOptions text{LogLevel::info, LogFormat::text};
constexpr LogOptions json{LogLevel::info, LogFormat::json};

TEST(Log, WritesALineForPeople) {
    EXPECT_THAT(logged(text, [](auto& log) { log.warn("port {} is taken", 80); }),
                MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z warning chat-api: port 80 is taken\n"));
}

TEST(Log, WritesAnObjectALineForMachines) {
    EXPECT_THAT(
        logged(json, [](auto& log) { log.error("no"); }),
        MatchesRegex(
            "\\{\"time\":\"[-0-9T:.]+Z\",\"level\":\"error\",\"program\":\"chat-api\",\"message\":\"no\"\\}\n"));
}

TEST(Log, KeepsToTheLevel) {
    const auto write = [](auto& log) {
        log.debug("d");
        log.info("i");
        log.warn("w");
        log.error("e");
    };
    EXPECT_THAT(logged({LogLevel::debug, LogFormat::text}, write), HasSubstr(": d\n"));
    const std::string warnings = logged({LogLevel::warning, LogFormat::text}, write);
    EXPECT_EQ(warnings.find(": i\n"), std::string::npos);
    EXPECT_THAT(warnings, HasSubstr("warning chat-api: w\n"));
    EXPECT_THAT(warnings, HasSubstr("error chat-api: e\n"));
}

TEST(Log, LetsNobodyWriteALineOfTheirOwn) {
    const std::string evil("a\nfake\r\t\x1b[31m\0\x7f", 14);
    EXPECT_THAT(logged(text, [&](auto& log) { log.info(evil); }), HasSubstr(": a\\nfake\\r\\t\\u001b[31m\\u0000\n"));
    EXPECT_THAT(logged(json, [&](auto& log) { log.info(evil); }), HasSubstr(R"("a\nfake\r\t\u001b[31m\u0000")"));
}

TEST(Log, EscapesWhatJsonNeeds) {
    EXPECT_EQ(escape_json(R"(say "hi" \ bye)"), R"(say \"hi\" \\ bye)");
    EXPECT_EQ(escape_json("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
    EXPECT_EQ(escape_json(std::string("\x01\x7f", 2)), R"(\u0001\u007f)");
    EXPECT_EQ(escape_json("a\xff\xfe z"), "a\xef\xbf\xbd\xef\xbf\xbd z") << "not UTF-8";
    EXPECT_EQ(escape_json("cut \xc3"), "cut \xef\xbf\xbd");
    EXPECT_EQ(escape_line(R"("\)"), R"("\)");
}

}  // namespace
}  // namespace chat
