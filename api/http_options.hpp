#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace chat {

struct HttpOptions {
    std::string address = "127.0.0.1";  // an IP address
    std::uint16_t port = 8080;          // 0: any free one

    std::size_t body_limit = 1 << 20;    // bytes of a request body; past it 413
    std::uint32_t header_limit = 16384;  // bytes of request line and fields; past it 431
    std::size_t connections = 10'000;    // open at once; one more is answered 503 and closed
    // Of request bodies and large answers to reads, in memory at once; past it requests are answered 503. While a
    // command runs its body is there up to four times: as it came, as the command, as the event and as the record.
    std::size_t payload_bytes = 64 << 20;

    std::chrono::milliseconds idle_timeout{75'000};     // between requests; longer than the usual proxies' 60 s
    std::chrono::milliseconds request_timeout{15'000};  // from a request's first byte to its last
    std::chrono::milliseconds send_timeout{30'000};     // for one answer to be taken
    // After an answer that ends the connection early, the client may still be sending: so much is read and thrown away
    // before closing, as a reset would make some clients lose the answer.
    std::chrono::milliseconds linger_timeout{2'000};
    std::size_t linger_bytes = 8 << 20;
};

}  // namespace chat
