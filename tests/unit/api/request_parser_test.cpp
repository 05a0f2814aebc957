#include "api/request_parser.hpp"

#include "tests/unit/api/requests.hpp"

namespace chat::test {
namespace {

HttpOptions options() {
    HttpOptions options;
    options.body_limit = 10;
    options.header_limit = 200;
    return options;
}

/// What a parser makes of the bytes, given in pieces of that size. What it does not take it is given again, with more.
struct Parsed {
    explicit Parsed(std::string_view bytes, std::size_t piece = SIZE_MAX) : parser(options()) {
        std::size_t end = 0;
        while (end < bytes.size() && !parser.done() && !parser.fault()) {
            end = piece < bytes.size() - end ? end + piece : bytes.size();
            used += parser.put(bytes.substr(used, end - used));
        }
    }
    RequestParser parser;
    std::size_t used = 0;
};

const ProblemType* fault_of(std::string_view bytes, std::size_t piece = SIZE_MAX) {
    const Parsed parsed(bytes, piece);
    return parsed.parser.fault() ? parsed.parser.fault()->type : nullptr;
}

}  // namespace

TEST(RequestParser, ReadsARequestHoweverItIsCut) {
    constexpr std::string_view bytes =
        "POST /a?b=c HTTP/1.1\r\nHost: h\r\ncontent-TYPE: application/json\r\nX-Other: o\r\nContent-Length: 4\r\n"
        "If-None-Match: \"a\"\r\nIf-None-Match: \"b\"\r\n\r\nbody";
    for (const std::size_t piece : {std::size_t(1), std::size_t(2), std::size_t(3), std::size_t(17), SIZE_MAX}) {
        Parsed parsed(bytes, piece);
        ASSERT_TRUE(parsed.parser.done()) << piece;
        EXPECT_TRUE(parsed.parser.keeps_alive());
        const Request request = parsed.parser.take();
        EXPECT_EQ(request.method, Method::post);
        EXPECT_EQ(request.path(), "/a");
        EXPECT_EQ(request.query(), "b=c");
        EXPECT_EQ(request.body, "body");
        EXPECT_EQ(request.field(Field::content_type), "application/json");
        EXPECT_EQ(request.field(Field::if_none_match), "\"a\", \"b\"");
        EXPECT_EQ(request.fields.size(), 2u);
    }
}

TEST(RequestParser, LeavesTheNextRequestAlone) {
    constexpr std::string_view first = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n";
    std::string both(first);
    both += "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n";
    const Parsed parsed(both);
    EXPECT_TRUE(parsed.parser.done());
    EXPECT_EQ(parsed.used, first.size());
}

TEST(RequestParser, ReadsChunksAndDropsTrailers) {
    Parsed parsed(
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n"
        "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nAuthorization: Bearer x\r\nHost: again\r\n\r\n",
        1);
    ASSERT_TRUE(parsed.parser.done());
    const Request request = parsed.parser.take();
    EXPECT_EQ(request.body, "abcd");
    EXPECT_FALSE(request.field(Field::authorization));
}

TEST(RequestParser, RefusesBodiesOverTheLimit) {
    const auto chunked = [](std::string_view chunks) {
        std::string request = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
        return request.append(chunks);
    };
    for (const std::size_t piece : {std::size_t(1), SIZE_MAX}) {
        EXPECT_EQ(fault_of("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n", piece),
                  &problems::body_too_large);
        EXPECT_EQ(fault_of(chunked("b\r\n"), piece), &problems::body_too_large);
        EXPECT_EQ(fault_of(chunked("8\r\n12345678\r\n3\r\n"), piece), &problems::body_too_large);
        EXPECT_EQ(fault_of(chunked("a\r\n1234567890\r\n0\r\n\r\n"), piece), nullptr);
    }
}

TEST(RequestParser, RefusesHeadersOverTheLimit) {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
    std::string many = start;
    for (int i = 0; i < 30; ++i) many += "A: 12345\r\n";
    for (const std::size_t piece : {std::size_t(1), std::size_t(10), SIZE_MAX}) {
        EXPECT_EQ(fault_of(start + "Long: " + std::string(300, 'x'), piece), &problems::header_too_large) << piece;
        EXPECT_EQ(fault_of("GET /" + std::string(300, 'x'), piece), &problems::header_too_large) << piece;
        EXPECT_EQ(fault_of(many, piece), &problems::header_too_large) << piece;
    }
    EXPECT_EQ(
        fault_of("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nT: " + std::string(300, 'x'), 7),
        &problems::header_too_large);
}

TEST(RequestParser, RefusesWhatIsNoHttp) {
    for (const char* bytes : {
             "\x16\x03\x01\x02",
             "GET\r\n\r\n",
             "GET / HTTP/2.0\r\n\r\n",
             "GET / HTTP/1.1\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\nbad field\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
             "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
             "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
             "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\nauthorization: Bearer y\r\n\r\n",
         })
        EXPECT_EQ(fault_of(bytes), &problems::bad_request) << bytes;
}

TEST(RequestParser, KnowsWhoWaitsForAContinue) {
    constexpr std::string_view rest = "Host: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    EXPECT_TRUE(Parsed("POST / HTTP/1.1\r\n" + std::string(rest)).parser.awaits_continue());
    EXPECT_FALSE(Parsed("POST / HTTP/1.0\r\n" + std::string(rest)).parser.awaits_continue());
    EXPECT_FALSE(Parsed("POST / HTTP/1.1\r\n" + std::string(rest) + "ab").parser.awaits_continue());
    EXPECT_EQ(fault_of("POST / HTTP/1.1\r\nHost: h\r\nExpect: more\r\n\r\n"), &problems::expectation_failed);
}

TEST(RequestParser, KnowsWhetherTheConnectionGoesOn) {
    EXPECT_TRUE(Parsed("GET / HTTP/1.1\r\nHost: h\r\n\r\n").parser.keeps_alive());
    EXPECT_FALSE(Parsed("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").parser.keeps_alive());
    EXPECT_FALSE(Parsed("GET / HTTP/1.0\r\n\r\n").parser.keeps_alive());
    EXPECT_TRUE(Parsed("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").parser.keeps_alive());
}

TEST(RequestParser, TakesThePathOfAnAbsoluteTarget) {
    Parsed proxy("GET http://chat.example:8080/a?b HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(proxy.parser.take().target, "/a?b");
    Parsed bare("GET http://chat.example HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(bare.parser.take().target, "/");
}

}  // namespace chat::test
