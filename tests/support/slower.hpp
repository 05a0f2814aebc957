#pragma once

namespace chat::test {

/// How many times as long as in a release build a test lets things take that are over soon: by the sanitizer's measure,
/// and by a machine's that runs other things beside it. A test's own limit times this one.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr int slower = 5;
#else
inline constexpr int slower = 1;
#endif

}  // namespace chat::test
