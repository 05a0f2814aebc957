#include "infra/crypto/text_hash.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace chat {

std::string hash_text(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int size = 0;
    const auto* data = reinterpret_cast<const unsigned char*>(text.data());
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), data, text.size(), bytes.data(), &size) == nullptr)
        throw std::runtime_error("a text's hash could not be computed");
    constexpr std::string_view hex = "0123456789abcdef";
    std::string hash = "hmac-sha256:";
    for (unsigned int i = 0; i < size; ++i) {
        hash += hex[bytes[i] >> 4];
        hash += hex[bytes[i] & 15];
    }
    return hash;
}

}  // namespace chat
