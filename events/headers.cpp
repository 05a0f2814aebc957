#include "events/headers.hpp"

#include <array>
#include <cstdint>
#include <cstring>

namespace chat {
namespace {

struct Sizes {
    std::uint32_t name;
    std::uint32_t value;
};

Sizes sizes_at(std::string_view packed) {
    Sizes sizes{};
    std::memcpy(&sizes, packed.data(), sizeof sizes);
    return sizes;
}

}  // namespace

Header Headers::Iterator::operator*() const {
    const Sizes sizes = sizes_at(rest_);
    return {rest_.substr(sizeof sizes, sizes.name), rest_.substr(sizeof sizes + sizes.name, sizes.value)};
}

Headers::Iterator& Headers::Iterator::operator++() {
    const Sizes sizes = sizes_at(rest_);
    rest_.remove_prefix(sizeof sizes + sizes.name + sizes.value);
    return *this;
}

Headers::Iterator Headers::Iterator::operator++(int) {
    const Iterator before = *this;
    ++*this;
    return before;
}

Headers::Headers(std::initializer_list<Header> headers) {
    for (const Header& header : headers) add(header.name, header.value);
}

void Headers::reserve(std::size_t count, std::size_t bytes) { packed_.reserve(count * sizeof(Sizes) + bytes); }

void Headers::add(std::string_view name, std::string_view value) {
    const Sizes sizes{static_cast<std::uint32_t>(name.size()), static_cast<std::uint32_t>(value.size())};
    std::array<char, sizeof sizes> bytes;
    std::memcpy(bytes.data(), &sizes, sizeof sizes);
    packed_.append(bytes.data(), bytes.size()).append(name).append(value);
    ++size_;
}

void Headers::clear() {
    packed_.clear();
    size_ = 0;
}

std::size_t Headers::bytes() const { return packed_.size() - size_ * sizeof(Sizes); }

std::optional<std::string_view> Headers::last(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const Header header : *this)
        if (header.name == name) found = header.value;
    return found;
}

}  // namespace chat
