#include "api/fingerprint.hpp"

#include <openssl/evp.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace chat {
namespace {

struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string fingerprint_of(const Request& request) {
    const std::unique_ptr<EVP_MD_CTX, FreeDigest> digest(EVP_MD_CTX_new());
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    bool done = digest && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
    // A line end is in no method and no path, so parts cannot run into each other.
    for (const std::string_view part : {to_string(request.method), std::string_view("\n"), request.path(),
                                        std::string_view("\n"), std::string_view(request.body)})
        done = done && EVP_DigestUpdate(digest.get(), part.data(), part.size()) == 1;
    done = done && EVP_DigestFinal_ex(digest.get(), bytes.data(), &size) == 1;
    if (!done) throw std::runtime_error("the request's digest could not be computed");

    constexpr std::string_view hex = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        text += hex[bytes[i] >> 4];
        text += hex[bytes[i] & 15];
    }
    return text;
}

}  // namespace chat
