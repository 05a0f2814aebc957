#pragma once

#include <zstd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chat {

namespace zstd {
struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
template <auto destroy>
struct Free {
    template <class T>
    void operator()(T* context) const noexcept {
        destroy(context);
    }
};
}  // namespace zstd

/// Writes lines to a file, compressed by zstd with a checksum. The file has its name only once it is whole and on the
/// disk; before that it is NAME.part. Throws std::runtime_error.
class ZstdLineWriter {
public:
    explicit ZstdLineWriter(std::string path);

    void write(std::string_view line);
    void finish();

private:
    void compress(std::string_view bytes, ZSTD_EndDirective how);

    const std::string path_;
    std::unique_ptr<std::FILE, zstd::Close> file_;
    std::unique_ptr<ZSTD_CCtx, zstd::Free<ZSTD_freeCCtx>> context_;
    std::string out_;
};

/// Reads such lines. Throws std::runtime_error for a file that is not there, is damaged, or ends in the middle.
class ZstdLineReader {
public:
    explicit ZstdLineReader(std::string path);

    /// Without its end; nothing at the end of the file.
    std::optional<std::string> next();

private:
    bool fill();

    const std::string path_;
    std::unique_ptr<std::FILE, zstd::Close> file_;
    std::unique_ptr<ZSTD_DCtx, zstd::Free<ZSTD_freeDCtx>> context_;
    std::string in_;
    ZSTD_inBuffer input_{};
    std::size_t rest_of_frame_ = 0;
    std::string text_;
    std::size_t at_ = 0;
};

}  // namespace chat
