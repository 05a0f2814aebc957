#include <gtest/gtest.h>

#include <random>

#include "infra/postgres/array_literal.hpp"
#include "infra/postgres/bytea.hpp"
#include "infra/postgres/fields.hpp"
#include "infra/postgres/postgres_session.hpp"
#include "infra/postgres/timestamp.hpp"
#include "tests/support/postgres_database.hpp"

// The server's own reading of what we write.
namespace chat::test {
namespace {

const Statement texts_sql{"texts", "SELECT t FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n"};
const Statement bytes_sql{"bytes", "SELECT t FROM unnest($1::bytea[]) WITH ORDINALITY AS u (t, n) ORDER BY n"};
const Statement times_sql{"times", "SELECT t FROM unnest($1::timestamptz[]) WITH ORDINALITY AS u (t, n) ORDER BY n"};

std::string random_text(std::mt19937& random) {
    static const std::vector<std::string> pieces{"\"",
                                                 "\\",
                                                 "{",
                                                 "}",
                                                 ",",
                                                 "NULL",
                                                 " ",
                                                 "\n",
                                                 "'",
                                                 "a",
                                                 "\t",
                                                 "\x01",
                                                 "\xc3\xa9",
                                                 "\xe2\x82\xac",
                                                 "\xf0\x9f\x8e\x89",
                                                 "$1",
                                                 "%",
                                                 ";"};
    std::string text;
    for (auto left = random() % 12; left > 0; --left) text += pieces[random() % pieces.size()];
    return text;
}

TEST(ArrayRoundTrip, KeepsEveryText) {
    PostgresOptions options;
    options.connection = test_server();
    PostgresSession session(options);
    std::mt19937 random(42);
    std::vector<std::optional<std::string>> texts{"", "NULL", std::nullopt, "null", "{}", "\"", "\\"};
    for (int i = 0; i < 5'000; ++i) texts.push_back(random() % 20 ? std::optional(random_text(random)) : std::nullopt);
    ArrayLiteral array;
    for (const auto& text : texts) array.add(text);
    const pqxx::result rows = session.exec(texts_sql, array.finish());
    ASSERT_EQ(static_cast<std::size_t>(rows.size()), texts.size());
    std::size_t i = 0;
    for (const auto& row : rows) EXPECT_EQ(Fields(row).optional_string(0), texts[i++]);
    EXPECT_EQ(session.exec(texts_sql, ArrayLiteral().finish()).size(), 0);
}

TEST(ArrayRoundTrip, KeepsEveryByte) {
    PostgresOptions options;
    options.connection = test_server();
    PostgresSession session(options);
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    const pqxx::result rows = session.exec(bytes_sql, ArrayLiteral().add_bytes(all).add_bytes("").finish());
    EXPECT_EQ(from_bytea(Fields(rows[0]).text(0)), all);
    EXPECT_EQ(from_bytea(Fields(rows[1]).text(0)), "");
}

TEST(ArrayRoundTrip, KeepsEveryMicrosecond) {
    PostgresOptions options;
    options.connection = test_server();
    PostgresSession session(options);
    std::mt19937_64 random(42);
    std::vector<Time> times{Time{}};
    // The years -1000 to 9999.
    std::uniform_int_distribution<std::int64_t> micros(-93'724'128'000'000'000, 253'402'300'799'999'999);
    for (int i = 0; i < 2'000; ++i) times.emplace_back(std::chrono::microseconds(micros(random)));
    ArrayLiteral array;
    for (const Time time : times) array.add(time);
    const pqxx::result rows = session.exec(times_sql, array.finish());
    std::size_t i = 0;
    for (const auto& row : rows) EXPECT_EQ(Fields(row).time(0), times[i++]);
    EXPECT_EQ(i, times.size());
}

}  // namespace
}  // namespace chat::test
