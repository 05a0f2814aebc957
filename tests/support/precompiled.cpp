// Nothing of its own: CMake makes a precompiled header only for a target that has sources.
