# cmake -G Ninja -C .ci/presets/tsan.cmake -B .build/tsan: thread sanitizer. Beside it .build/tsan/librdkafka, which
# .ci/tsan-librdkafka makes.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CHAT_SANITIZE thread CACHE STRING "")
set(ENV{PKG_CONFIG_PATH} ${CMAKE_BINARY_DIR}/librdkafka/lib/pkgconfig)
