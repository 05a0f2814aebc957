#pragma once

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

/// One header, where it stands: views into the `Headers` that it comes from, until those change or go.
struct Header {
    std::string_view name;
    std::string_view value;

    friend bool operator==(const Header&, const Header&) = default;
};

/// A record's headers, in their order and with those that come twice. Names and values are bytes of up to 4 GiB each.
/// All in one piece of memory: an event has about thirteen, and twenty-six strings took a quarter of a rebuild's time.
class Headers {
public:
    class Iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = Header;
        using difference_type = std::ptrdiff_t;
        using pointer = const Header*;
        using reference = Header;

        Iterator() = default;
        explicit Iterator(std::string_view packed) : rest_(packed) {}

        Header operator*() const;
        Iterator& operator++();
        Iterator operator++(int);
        friend bool operator==(const Iterator& a, const Iterator& b) { return a.rest_.size() == b.rest_.size(); }

    private:
        std::string_view rest_;  // from the header that this is at
    };
    using const_iterator = Iterator;

    Headers() = default;
    Headers(std::initializer_list<Header> headers);

    /// Room for so many headers with so many bytes of names and values.
    void reserve(std::size_t count, std::size_t bytes);
    void add(std::string_view name, std::string_view value);
    void clear();

    Iterator begin() const { return Iterator(packed_); }
    Iterator end() const { return Iterator(); }
    bool empty() const { return packed_.empty(); }
    std::size_t size() const { return size_; }
    /// Of all names and values.
    std::size_t bytes() const;
    /// The value of the last one of that name, as Kafka's clients read them.
    std::optional<std::string_view> last(std::string_view name) const;

    friend bool operator==(const Headers&, const Headers&) = default;

private:
    std::string packed_;  // of each the sizes of its name and of its value, 32 bits as the machine has them, then both
    std::size_t size_ = 0;
};

}  // namespace chat
