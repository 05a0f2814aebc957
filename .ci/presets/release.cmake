# cmake -G Ninja -C .ci/presets/release.cmake -B .build/release: what ships.
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
# The sanitizers' presets compile each file by itself, so that none comes to rely on another's includes.
set(CHAT_TOGETHER ON CACHE BOOL "")
