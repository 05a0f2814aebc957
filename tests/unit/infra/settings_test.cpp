#include "infra/config/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace chat {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Settings load(Program program, const std::vector<std::string>& arguments = {}, const Environment& environment = {}) {
    return std::get<Settings>(load_settings(program, arguments, environment));
}

std::string refusal(Program program, const std::vector<std::string>& arguments, const Environment& environment = {}) {
    try {
        load(program, arguments, environment);
    } catch (const BadUsage& error) {
        return error.what();
    }
    return "accepted";
}

std::string help(Program program) { return std::get<Help>(load_settings(program, {"--help"}, {})).text; }

TEST(Settings, HaveDefaultsThatServeOneMachine) {
    const Settings settings = load(Program::api);
    EXPECT_FALSE(settings.kafka);
    EXPECT_EQ(settings.database, "dbname=chat");
    EXPECT_EQ(settings.http_address, "127.0.0.1");
    EXPECT_EQ(settings.http_port, 8080);
    EXPECT_EQ(settings.body_limit, 1048576u);
    EXPECT_EQ(settings.http_connections, 10000u);
    EXPECT_EQ(settings.http_payload_bytes, 64u << 20);
    EXPECT_EQ(settings.http_idle_timeout, std::chrono::seconds(75));
    EXPECT_EQ(settings.http_request_timeout, std::chrono::seconds(15));
    EXPECT_EQ(settings.http_send_timeout, std::chrono::seconds(30));
    EXPECT_EQ(settings.auth, Auth::dev);
    EXPECT_EQ(settings.read_wait, std::chrono::seconds(1));
    EXPECT_EQ(settings.command_deadline, std::chrono::seconds(10));
    EXPECT_EQ(settings.append_timeout, std::chrono::seconds(3));
    EXPECT_EQ(settings.partitions, 12);
    EXPECT_EQ(settings.metrics_port, 0);
    EXPECT_EQ(settings.log(), (LogOptions{LogLevel::info, LogFormat::text}));
    EXPECT_TRUE(settings.warnings.empty());
}

TEST(Settings, TakeFlagsBeforeVariablesBeforeDefaults) {
    EXPECT_EQ(load(Program::api, {}, {{"CHAT_HTTP_PORT", "81"}}).http_port, 81);
    EXPECT_EQ(load(Program::api, {"--http-port", "82"}, {{"CHAT_HTTP_PORT", "81"}}).http_port, 82);
    EXPECT_EQ(load(Program::api, {"--http-port=83"}).http_port, 83);
}

TEST(Settings, TakeAnEmptyVariableAsNotSet) {
    EXPECT_EQ(load(Program::api, {}, {{"CHAT_HTTP_PORT", ""}}).http_port, 8080);
}

struct BadValue {
    Program program;
    const char* flag;
    const char* value;
    const char* message;
};

TEST(Settings, RefuseBadValuesByName) {
    const BadValue table[] = {
        {Program::api, "log", "redis://x",
         "--log: must be postgres or kafka://host:port[,host:port]/topic, not 'redis://x'"},
        {Program::api, "http-port", "65536", "--http-port: must be a port from 0 to 65535, not '65536'"},
        {Program::api, "http-address", "example.com",
         "--http-address: must be an IP address or localhost, not 'example.com'"},
        {Program::api, "http-connections", "0", "--http-connections: must be a number from 1 to 1000000, not '0'"},
        {Program::api, "body-limit", "1MB",
         "--body-limit: must be a size from 1KiB to 1024GiB, such as 65536, 64KiB or 64MiB, not '1MB'"},
        {Program::api, "read-wait", "10",
         "--read-wait: must be a time with its unit, such as 250ms, 10s or 5m, at most a day, not '10'"},
        {Program::api, "auth", "basic", "--auth: must be dev or jwt, not 'basic'"},
        {Program::api, "auth-dev-anywhere", "yes", "--auth-dev-anywhere: must be true or false, not 'yes'"},
        {Program::projector, "partitions", "0", "--partitions: must be a number from 1 to 10000, not '0'"},
        {Program::projector, "batch", "100001", "--batch: must be a number from 1 to 100000, not '100001'"},
        {Program::projector, "log-level", "loud", "--log-level: must be debug, info, warning or error, not 'loud'"},
        {Program::projector, "log-format", "xml", "--log-format: must be text or json, not 'xml'"},
        {Program::projector, "database-connections", "many",
         "--database-connections: must be a number from 1 to 100, not 'many'"},
    };
    for (const BadValue& bad : table)
        EXPECT_EQ(refusal(bad.program, {"--" + std::string(bad.flag), bad.value}), bad.message);
}

TEST(Settings, NameTheVariableWhereTheValueCameFrom) {
    EXPECT_EQ(refusal(Program::api, {}, {{"CHAT_HTTP_PORT", "x"}}),
              "CHAT_HTTP_PORT: must be a port from 0 to 65535, not 'x'");
}

TEST(Settings, NeverRepeatWhatMayHoldAPassword) {
    EXPECT_EQ(refusal(Program::api, {"--database", ""}), "--database: must be a libpq connection string");
    EXPECT_EQ(refusal(Program::api, {}, {{"CHAT_DATABASE", "password=hush-hush hush"}}),
              "CHAT_DATABASE: must be a libpq connection string");
    EXPECT_THAT(help(Program::api), Not(HasSubstr("password")));
}

TEST(Settings, LeaveOtherProgramsSettingsToThem) {
    const Settings settings = load(Program::projector, {}, {{"CHAT_HTTP_PORT", "nonsense"}});
    EXPECT_TRUE(settings.warnings.empty());
}

TEST(Settings, WarnOfVariablesThatAreNone) {
    EXPECT_THAT(load(Program::api, {}, {{"CHAT_HTP_PORT", "1"}, {"HOME", "/"}}).warnings,
                ElementsAre("CHAT_HTP_PORT is no setting of this version: ignored"));
}

TEST(Settings, RefuseUnknownFlagsAndWords) {
    EXPECT_THAT(refusal(Program::api, {"--no-such-flag"}), HasSubstr("--no-such-flag"));
    EXPECT_THAT(refusal(Program::api, {"--batch", "1"}), HasSubstr("--batch")) << "a projector's";
    EXPECT_THAT(refusal(Program::api, {"--http-p", "1"}), HasSubstr("--http-p")) << "no abbreviations";
    EXPECT_THAT(refusal(Program::api, {"word"}), HasSubstr("'word'"));
    EXPECT_THAT(refusal(Program::api, {"--http-port"}), HasSubstr("--http-port"));
}

TEST(Settings, TakeTheFlagsOfACommand) {
    const std::vector<CommandFlag> own{{"user", "U", "whose"}, {"json", "", "as JSON"}};
    const auto loaded = load_settings(Program::replay, {"--user", "ada", "--json", "--log-level", "error"}, {}, own);
    const auto& settings = std::get<Settings>(loaded);
    EXPECT_EQ(settings.options, (std::map<std::string, std::string>{{"user", "ada"}, {"json", ""}}));
    EXPECT_EQ(settings.log_level, LogLevel::error);
    EXPECT_THROW(load_settings(Program::replay, {"--user"}, {}, own), BadUsage);
    EXPECT_THROW(load_settings(Program::replay, {"--sample", "1%"}, {}, own), BadUsage) << "another command's";
    EXPECT_THAT(std::get<Help>(load_settings(Program::replay, {"--help"}, {}, own)).text, HasSubstr("--user U"));
}

TEST(Settings, SayWhereToPublishBesideALogInPostgres) {
    EXPECT_THAT(refusal(Program::publisher, {}), HasSubstr("CHAT_PUBLIC_TOPIC: must name a topic"));
    const Settings settings = load(Program::publisher, {"--public-topic", "kafka://a:1,b:2/seen"});
    EXPECT_EQ(settings.public_topic, (KafkaAddress{"a:1,b:2", "seen"}));
    EXPECT_FALSE(load(Program::publisher, {"--log", "kafka://a:1/x"}).public_topic);
    EXPECT_THAT(refusal(Program::publisher, {"--public-topic", "postgres"}), HasSubstr("must be kafka://"));
    EXPECT_THAT(refusal(Program::publisher, {"--log", "kafka://a:1/x", "--public-topic", "kafka://a:1/x"}),
                HasSubstr("must not be the log itself"));
}

TEST(Settings, TakeAKeyWithHashedTextsAndNeverPrintIt) {
    const std::vector<std::string> hashed{"--log", "kafka://a:1/x", "--public-texts", "hashed"};
    EXPECT_THAT(refusal(Program::publisher, hashed), HasSubstr("CHAT_PUBLIC_HASH_KEY: must be set"));
    EXPECT_EQ(load(Program::publisher, hashed, {{"CHAT_PUBLIC_HASH_KEY", "k"}}).public_texts, PublicTexts::hashed);
}

TEST(Settings, WriteFirstVersionsUnlessNewerOnesAreNamed) {
    EXPECT_FALSE(load(Program::api).write_versions.session_renamed_v2);
    EXPECT_TRUE(load(Program::api, {"--write-versions", "chat.session.renamed.v2"}).write_versions.session_renamed_v2);
    for (const char* wrong : {"chat.session.renamed.v1", "v2", "chat.session.renamed.v2,v3", ",", " "})
        EXPECT_THAT(refusal(Program::api, {"--write-versions", wrong}), HasSubstr("--write-versions: must be"))
            << wrong;
}

TEST(Settings, RefuseJwtByName) {
    EXPECT_EQ(refusal(Program::api, {}, {{"CHAT_AUTH", "jwt"}}),
              "CHAT_AUTH: jwt is not available in this version; only dev is");
}

TEST(Settings, RefuseDevTokensBeyondLoopbackUnlessForced) {
    const Environment open{{"CHAT_HTTP_ADDRESS", "0.0.0.0"}};
    EXPECT_THAT(refusal(Program::api, {}, open), HasSubstr("CHAT_AUTH"));
    EXPECT_THAT(refusal(Program::api, {}, open), HasSubstr("0.0.0.0"));
    EXPECT_EQ(load(Program::api, {"--auth-dev-anywhere", "true"}, open).http_address, "0.0.0.0");
    EXPECT_EQ(load(Program::api, {"--http-address", "::1"}).http_address, "::1");
    EXPECT_EQ(load(Program::api, {"--http-address", "127.9.9.9"}).http_address, "127.9.9.9");
}

TEST(Settings, RefuseMoreCopiesInSyncThanThereAre) {
    EXPECT_EQ(refusal(Program::projector, {"--min-insync", "2"}),
              "CHAT_MIN_INSYNC: must not be more than CHAT_REPLICATION (1)");
}

TEST(Settings, ListInHelpWhatTheProgramUsesWithDefaults) {
    EXPECT_THAT(help(Program::api), HasSubstr("CHAT_HTTP_PORT"));
    EXPECT_THAT(help(Program::api), HasSubstr("(=8080)"));
    EXPECT_THAT(help(Program::api), Not(HasSubstr("CHAT_BATCH")));
    EXPECT_THAT(help(Program::projector), HasSubstr("CHAT_BATCH"));
    EXPECT_THAT(help(Program::projector), Not(HasSubstr("CHAT_HTTP_PORT")));
}

}  // namespace
}  // namespace chat
