# cmake -G Ninja -C .ci/presets/tsan.cmake -B .build/tsan: thread sanitizer.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CHAT_SANITIZE thread CACHE STRING "")
