#include "api/routes.hpp"

#include <fstream>
#include <sstream>

#include "api/openapi_document.hpp"
#include "api/problems.hpp"
#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

RouteTable table() { return RouteTable({routes().begin(), routes().end()}); }

/// `GET /path operation` for each operation of the document, read by its indentation.
std::set<std::string> operations_of(std::string_view document) {
    std::set<std::string> operations;
    std::istringstream lines{std::string(document)};
    std::string line, path, method;
    bool in_paths = false;
    while (std::getline(lines, line)) {
        const auto indent = line.find_first_not_of(' ');
        if (indent == std::string::npos) continue;
        const std::string text = line.substr(indent);
        if (indent == 0) in_paths = text == "paths:";
        if (!in_paths) continue;
        if (indent == 2) path = text.substr(0, text.size() - 1);
        if (indent == 4) method = text.substr(0, text.size() - 1);
        if (indent == 6 && text.starts_with("operationId: ")) {
            for (char& c : method) c = static_cast<char>(std::toupper(c));
            operations.insert(method + " " + path + " " + text.substr(13));
        }
    }
    return operations;
}

}  // namespace

TEST(Routes, AreThoseOfTheOpenapiDocument) {
    std::set<std::string> in_table;
    for (const Route& route : routes())
        in_table.insert(std::string(to_string(route.method)) + " " + std::string(route.path) + " " +
                        std::string(route.operation));
    EXPECT_EQ(in_table, operations_of(openapi_document()));
    EXPECT_EQ(in_table.size(), routes().size());
}

TEST(Routes, NeedATokenWhereTheOpenapiDocumentSaysSo) {
    const std::string document(openapi_document());
    for (const Route& route : routes()) {
        const auto begin = document.find("operationId: " + std::string(route.operation) + "\n");
        const std::string operation = document.substr(begin, document.find("responses:", begin) - begin);
        EXPECT_EQ(operation.find("security: []") == std::string::npos,
                  std::holds_alternative<ChatHandler>(route.handler))
            << route.operation;
    }
}

TEST(OpenapiDocument, IsTheFile) {
    std::ifstream file(CHAT_SOURCE_DIR "/api/openapi.yaml");
    std::ostringstream text;
    text << file.rdbuf();
    EXPECT_EQ(text.str(), openapi_document());
}

TEST(OpenapiDocument, ListsEveryProblemType) {
    const std::string document(openapi_document());
    std::size_t listed = 0;
    for (std::size_t at = 0; (at = document.find("- /problems/", at)) != std::string::npos; ++at) ++listed;
    EXPECT_EQ(listed, all_problem_types().size());
    for (const ProblemType* type : all_problem_types())
        EXPECT_NE(document.find("- /problems/" + std::string(type->name) + "\n"), std::string::npos) << type->name;
}

TEST(RouteTable, FindsARouteAndWhatStandsForItsParameters) {
    const RouteTable routes = table();
    const auto match = routes.find(Method::get, "/api/v1/chat-sessions/a/messages/b");
    ASSERT_TRUE(match.route);
    EXPECT_EQ(match.route->operation, "getMessage");
    EXPECT_EQ(match.parameters, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(routes.find(Method::post, "/api/v1/chat-sessions/a/restore").route->operation, "restoreSession");
    EXPECT_EQ(routes.find(Method::head, "/healthz").route->operation, "getHealth");
}

TEST(RouteTable, KnowsWhatAPathTakes) {
    const RouteTable routes = table();
    EXPECT_EQ(routes.find(Method::delete_, "/api/v1/chat-sessions").allow, "POST, GET, HEAD");
    EXPECT_EQ(routes.find(Method::options, "/api/v1/chat-sessions/a").allow, "GET, HEAD, PUT, PATCH, DELETE");
    EXPECT_EQ(routes.find(Method::other, "/metrics").allow, "GET, HEAD");
    EXPECT_FALSE(routes.find(Method::other, "/metrics").route);
}

TEST(RouteTable, FindsNothingAtOtherPaths) {
    const RouteTable routes = table();
    for (const char* path : {"", "*", "/", "//", "/api/v1/chat-sessions/", "/api/v1/chat-sessions//messages",
                             "/api/v2/chat-sessions", "/API/v1/chat-sessions", "/api/v1/chat-sessions/a/b"}) {
        const auto match = routes.find(Method::get, path);
        EXPECT_FALSE(match.route) << path;
        EXPECT_EQ(match.allow, "") << path;
    }
}

}  // namespace chat::test
