# cmake -G Ninja -C .ci/presets/release.cmake -B .build/release: what ships.
set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "")
