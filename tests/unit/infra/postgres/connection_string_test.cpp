#include "infra/postgres/connection_string.hpp"

#include <gtest/gtest.h>

namespace chat {
namespace {

std::string defaults(std::string connection) {
    PostgresOptions options;
    options.connection = std::move(connection);
    options.connect_timeout = std::chrono::milliseconds(2'500);
    return with_defaults(options);
}

TEST(ConnectionString, PutsDefaultsBeforeWhatTheOperatorWrote) {
    const std::string text = defaults("dbname=chat connect_timeout=9");
    EXPECT_TRUE(text.ends_with(" dbname=chat connect_timeout=9")) << text;
    EXPECT_LT(text.find("connect_timeout=3 "), text.find("connect_timeout=9"));
    EXPECT_NE(text.find("client_encoding=UTF8"), std::string::npos);
}

TEST(ConnectionString, KeepsUris) {
    EXPECT_TRUE(defaults("postgresql://u:p@h/chat").starts_with("postgresql://u:p@h/chat?connect_timeout=3&"));
    EXPECT_FALSE(defaults("postgres://h/chat").ends_with("&"));
    const std::string text = defaults("postgres://h/chat?sslmode=require");
    EXPECT_TRUE(text.starts_with("postgres://h/chat?connect_timeout=3&")) << text;
    EXPECT_TRUE(text.ends_with("&sslmode=require")) << text;
}

TEST(ConnectFailure, TellsWhereAndWhyInOneLine) {
    EXPECT_EQ(connect_failure("connection to server at \"localhost\" (::1), port 5432 failed: Connection refused\n"
                              "\tIs the server running on that host and accepting TCP/IP connections?\n"),
              "cannot connect to PostgreSQL: connection to server at \"localhost\" (::1), port 5432 failed: "
              "Connection refused");
    EXPECT_EQ(connect_failure(""), "cannot connect to PostgreSQL");
}

TEST(ConnectFailure, QuotesNoPieceOfAStringThatLibpqDidNotUnderstand) {
    EXPECT_EQ(connect_failure("missing \"=\" after \"s3cret\" in connection info string\n"),
              "cannot connect to PostgreSQL: missing  after  in connection info string");
    EXPECT_EQ(connect_failure("could not translate host name \"cret@db\" to address: Name or service not known"),
              "cannot connect to PostgreSQL: could not translate host name  to address: Name or service not known");
}

}  // namespace
}  // namespace chat
