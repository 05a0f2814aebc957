#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "events/event.hpp"
#include "events/record.hpp"
#include "events/texts.hpp"

namespace chat {

/// One text as others may see it: the same for equal texts, and no way back.
using TextHash = std::function<std::string(std::string_view)>;

/// The record as it is published: same key and headers, its texts as configured. `recorded` is what the record says.
/// Pure if `hash` is; `hash` is needed for `hashed` only.
std::shared_ptr<const Record> public_record(const std::shared_ptr<const Record>& record, const Recorded& recorded,
                                            PublicTexts texts, const TextHash& hash);

}  // namespace chat
