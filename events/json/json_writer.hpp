#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "events/ids.hpp"
#include "events/json/json_text.hpp"
#include "events/time.hpp"

namespace chat {

/// Builds one JSON value, compact, fields in the order of the calls. Strings must be valid UTF-8.
/// Objects and arrays nest by `begin_*`/`end_*`; a writer starts inside an object unless told `JsonWriter::array()`.
/// An empty optional given to `field` writes nothing: absent, not null. `null` writes null.
class JsonWriter {
public:
    JsonWriter();
    static JsonWriter array();

    JsonWriter& field(std::string_view name, std::string_view value);
    JsonWriter& field(std::string_view name, const char* value) { return field(name, std::string_view(value)); }
    JsonWriter& field(std::string_view name, std::int64_t value);
    JsonWriter& field(std::string_view name, bool value);
    JsonWriter& field(std::string_view name, Time value);
    template <class Tag>
    JsonWriter& field(std::string_view name, const Id<Tag>& id) {
        return field(name, std::string_view(to_string(id)));
    }
    template <class T>
    JsonWriter& field(std::string_view name, const std::optional<T>& value) {
        return value ? field(name, *value) : *this;
    }
    JsonWriter& null(std::string_view name);
    /// Inserts the text as it is.
    JsonWriter& raw(std::string_view name, const JsonText& value);

    JsonWriter& begin_object(std::string_view name);
    JsonWriter& begin_array(std::string_view name);
    /// Elements of an array.
    JsonWriter& element(std::string_view value);
    JsonWriter& raw_element(std::string_view json);
    JsonWriter& begin_object_element();
    /// Ends the innermost object or array.
    JsonWriter& end();

    /// Ends everything open and gives the text away.
    std::string finish();

private:
    explicit JsonWriter(char open);
    void comma();
    void name(std::string_view name);

    std::string out_;
    std::string closers_;  // what is still to be closed, innermost last
    bool first_ = true;
};

}  // namespace chat
