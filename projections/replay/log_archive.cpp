#include "projections/replay/log_archive.hpp"

#include <array>
#include <charconv>
#include <map>
#include <vector>

#include "events/json/json_escape.hpp"
#include "events/json/json_scanner.hpp"
#include "events/json/json_writer.hpp"
#include "events/text.hpp"

namespace chat {
namespace {

constexpr std::string_view format = "chat-store log";
constexpr std::int64_t version = 1;
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t at) {
            return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0u;
        };
        const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        for (int k = 0; k < 4; ++k) text += alphabet[group >> (18 - 6 * k) & 63];
    }
    const std::size_t padding = (3 - bytes.size() % 3) % 3;
    text.replace(text.size() - padding, padding, padding, '=');
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 4) {
        std::uint32_t group = 0;
        int padding = 0;
        for (std::size_t k = i; k < i + 4; ++k) {
            const bool pad = text[k] == '=' && i + 4 == text.size() && k >= i + 2;
            const std::size_t value = pad ? 0 : alphabet.find(text[k]);
            if (value == alphabet.npos || (!pad && padding > 0)) return std::nullopt;
            padding += pad ? 1 : 0;
            group = group << 6 | static_cast<std::uint32_t>(value);
        }
        for (int k = 0; k < 3 - padding; ++k)
            bytes += static_cast<char>(static_cast<unsigned char>(group >> (16 - 8 * k)));
    }
    return bytes;
}

bool is_text(std::string_view bytes) {
    return valid_utf8_bytes(bytes) == bytes.size() && bytes.find('\0') == bytes.npos;
}

bool is_text(const Record& record) {
    for (const Header header : record.headers)
        if (!is_text(header.name) || !is_text(header.value)) return false;
    return is_text(record.key) && is_text(record.value);
}

/// The members of one object, by name; what is missing or of another kind is remembered as the fault.
class Line {
public:
    explicit Line(const JsonScan& scan) {
        for (const JsonMember& member : scan.members) members_[text_of(member.name)] = member.value;
    }
    bool has(const std::string& name) const { return members_.contains(name); }
    const JsonSlice* slice(const std::string& name, JsonKind kind) {
        const auto found = members_.find(name);
        if (found == members_.end() || found->second.kind != kind) {
            fault = "'" + name + "' is missing or damaged";
            return nullptr;
        }
        return &found->second;
    }
    std::int64_t number(const std::string& name) {
        const JsonSlice* found = slice(name, JsonKind::number);
        std::int64_t value = 0;
        if (!found) return value;
        const auto [end, error] = std::from_chars(found->text.data(), found->text.data() + found->text.size(), value);
        if (error != std::errc() || end != found->text.data() + found->text.size() || value < 0)
            fault = "'" + name + "' is no number from 0";
        return value;
    }
    std::string text(const std::string& name) {
        const JsonSlice* found = slice(name, JsonKind::string);
        return found ? text_of(*found) : std::string();
    }
    static std::string text_of(const JsonSlice& slice) {
        return slice.escaped ? unescape(slice.text) : std::string(slice.text);
    }
    std::string bytes(const std::string& text) {
        auto decoded = from_base64(text);
        if (!decoded) fault = "base64 is damaged";
        return decoded.value_or("");
    }

    std::string fault;

private:
    std::map<std::string, JsonSlice> members_;
};

ArchivedRecord record_from(Line& line) {
    const bool binary = line.has("key64");
    const std::string suffix = binary ? "64" : "";
    const auto part = [&](const std::string& text) { return binary ? line.bytes(text) : text; };
    ArchivedRecord archived;
    archived.partition = Partition(static_cast<std::int32_t>(line.number("partition")));
    archived.offset = Offset(line.number("offset"));
    archived.record.key = part(line.text("key" + suffix));
    archived.record.value = part(line.text("value" + suffix));
    if (const JsonSlice* headers = line.slice("headers" + suffix, JsonKind::object)) {
        const JsonScan scan = scan_json(headers->text);  // keeps order, and names that come twice
        for (const JsonMember& member : scan.members) {
            if (member.value.kind != JsonKind::string) line.fault = "a header is no string";
            const std::string name = part(Line::text_of(member.name));
            archived.record.headers.add(name, part(Line::text_of(member.value)));
        }
    }
    return archived;
}

}  // namespace

std::string archive_line(const ArchiveHeader& header) {
    return JsonWriter()
        .field("format", format)
        .field("version", version)
        .field("partitions", std::int64_t{header.partitions})
        .field("log", std::string_view(header.log))
        .finish();
}

std::string archive_line(Partition partition, Offset offset, const Record& record) {
    const bool binary = !is_text(record);
    const auto part = [&](const std::string& bytes) { return binary ? to_base64(bytes) : bytes; };
    JsonWriter out;
    out.field("partition", std::int64_t{partition.value()})
        .field("offset", offset.value())
        .field(binary ? "key64" : "key", std::string_view(part(record.key)))
        .begin_object(binary ? "headers64" : "headers");
    for (const Header header : record.headers)
        out.field(part(std::string(header.name)), std::string_view(part(std::string(header.value))));
    out.end().field(binary ? "value64" : "value", std::string_view(part(record.value)));
    return out.finish();
}

std::string archive_line(const ArchiveEnd& end) { return JsonWriter().field("records", end.records).finish(); }

Result<ArchiveLine, std::string> parse_archive_line(std::string_view text) {
    const JsonScan scan = scan_json(text);
    if (scan.malformed) return "is no JSON: " + *scan.malformed;
    if (!scan.is_object) return std::string("is no JSON object");
    Line line(scan);
    ArchiveLine parsed;
    if (line.has("format")) {
        if (line.text("format") != format || line.number("version") != version)
            return std::string("is of another format or version");
        parsed = ArchiveHeader{static_cast<std::int32_t>(line.number("partitions")), line.text("log")};
    } else if (line.has("records")) {
        parsed = ArchiveEnd{line.number("records")};
    } else {
        parsed = record_from(line);
    }
    if (!line.fault.empty()) return line.fault;
    return parsed;
}

}  // namespace chat
