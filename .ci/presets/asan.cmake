# cmake -G Ninja -C .ci/presets/asan.cmake -B .build/asan: address and undefined behaviour sanitizers.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CHAT_SANITIZE address,undefined CACHE STRING "")
