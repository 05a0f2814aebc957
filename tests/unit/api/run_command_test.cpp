#include "api/run_command.hpp"

#include "api/entity_tag.hpp"
#include "api/fingerprint.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

Request with_key(std::string key, std::string body = "{}") {
    Request request = post("/api/v1/chat-sessions", std::move(body));
    request.fields.emplace_back(Field::idempotency_key, std::move(key));
    return request;
}

}  // namespace

TEST(CommandHeaders, AreNoneByDefault) {
    const auto headers = read_command_headers(post("/api/v1/chat-sessions", "{}"));
    ASSERT_TRUE(headers.has_value());
    EXPECT_FALSE(headers->causes.command_key);
    EXPECT_FALSE(headers->causes.command_fingerprint);
}

TEST(CommandHeaders, TakeAKeyWithTheRequestsFingerprint) {
    const Request request = with_key("k 1");
    const auto headers = read_command_headers(request);
    ASSERT_TRUE(headers.has_value());
    EXPECT_EQ(headers->causes.command_key, "k 1");
    EXPECT_EQ(headers->causes.command_fingerprint, fingerprint_of(request));
}

TEST(CommandHeaders, RefuseAKeyThatIsEmptyOrTooLongOrNoText) {
    const Problem expected = invalid({{"/header/Idempotency-Key", "must be 1 to 255 characters of UTF-8"}});
    for (const std::string& key : {std::string(), std::string(256, 'k'), std::string("\xff")}) {
        const auto headers = read_command_headers(with_key(key));
        ASSERT_FALSE(headers.has_value()) << key;
        EXPECT_EQ(headers.error(), expected);
    }
    std::string umlauts;
    for (int i = 0; i < 255; ++i) umlauts += "\xc3\xbc";
    EXPECT_TRUE(read_command_headers(with_key(umlauts)).has_value()) << "characters count, not bytes";
}

TEST(Fingerprint, IsTheSha256OfMethodPathAndBody) {
    Request request = post("/p?q=1", "body");
    // printf 'POST\n/p\nbody' | sha256sum
    EXPECT_EQ(fingerprint_of(request), "6bc520b459402a293af15561585edfd8572bc8a5a021a0c274f191ab5187c0ca");
    const std::string first = fingerprint_of(request);
    request.body = "bod";
    EXPECT_NE(fingerprint_of(request), first);
    request.body = "body";
    request.method = Method::put;
    EXPECT_NE(fingerprint_of(request), first);
    request.method = Method::post;
    request.target = "/p2";
    EXPECT_NE(fingerprint_of(request), first);
}

TEST(EntityTag, IsReadBackFromIfMatch) {
    const std::vector<std::pair<std::string, std::vector<Sequence>>> cases{
        {"\"v3\"", {Sequence(3)}},
        {"\"v3\", \"v12\"", {Sequence(3), Sequence(12)}},
        {"W/\"v3\"", {}},
        {"\"v3\",W/\"v4\"", {Sequence(3)}},
        {"\"3\"", {}},
        {"\"v\"", {}},
        {"\"v3x\"", {}},
        {"\"v99999999999999999999\"", {}},
        {"v3", {}},
        {"\"v3", {}},
        {"", {}},
    };
    for (const auto& [text, versions] : cases) EXPECT_EQ(versions_named(text), versions) << text;
}

}  // namespace chat::test
