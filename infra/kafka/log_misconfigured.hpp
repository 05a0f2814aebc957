#pragma once

#include <stdexcept>

namespace chat {

/// The topic is not one that can be the log: it would lose, merge or refuse records. Names the setting. Only an
/// operator can mend it.
class LogMisconfigured : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

}  // namespace chat
