#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <utility>

namespace chat {

/// A number with a meaning: `Named<struct OffsetTag, std::int64_t>` never converts to or from anything implicitly,
/// so an offset cannot be passed where a sequence is meant.
template <class Tag, std::integral T>
class Named {
public:
    using value_type = T;

    constexpr Named() = default;
    constexpr explicit Named(T value) : value_(value) {}

    constexpr T value() const { return value_; }
    constexpr Named next() const { return Named(value_ + 1); }

    friend constexpr auto operator<=>(Named, Named) = default;

private:
    T value_{};
};

}  // namespace chat

template <class Tag, class T>
struct std::hash<chat::Named<Tag, T>> {
    std::size_t operator()(chat::Named<Tag, T> named) const noexcept { return std::hash<T>{}(named.value()); }
};
