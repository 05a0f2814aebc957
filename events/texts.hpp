#pragma once

namespace chat {

/// Whether what users wrote (titles and message contents) is part of an encoded event. The event log always keeps it;
/// the public topic may be configured to do without.
enum class Texts { kept, left_out };

/// What of these texts goes to the public topic. Hashed: a text is replaced by one that is the same for equal texts.
enum class PublicTexts { full, hashed, left_out };

}  // namespace chat
