#include "infra/archive/zstd_lines.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace chat {
namespace {

constexpr int level = 3;  // zstd's own default: about as fast as the log is read

[[noreturn]] void fail(const std::string& path, const std::string& what) {
    throw std::runtime_error(path + ": " + what);
}

std::size_t checked(const std::string& path, std::size_t result) {
    if (ZSTD_isError(result)) fail(path, ZSTD_getErrorName(result));
    return result;
}

/// The file that a rename will replace: where a symbolic link leads, and nothing but a file.
std::string replaceable(const std::string& path) {
    std::error_code error;
    const std::filesystem::path file = std::filesystem::weakly_canonical(path, error);
    if (error) fail(path, error.message());
    const auto there = std::filesystem::status(file, error).type();
    if (there != std::filesystem::file_type::not_found && there != std::filesystem::file_type::regular)
        fail(path, "is no regular file");
    return file.string();
}

}  // namespace

ZstdLineWriter::ZstdLineWriter(std::string path)
    : path_(replaceable(path)),
      file_(std::fopen((path_ + ".part").c_str(), "wb")),
      context_(ZSTD_createCCtx()),
      out_(ZSTD_CStreamOutSize(), '\0') {
    if (!file_) fail(path_ + ".part", std::strerror(errno));
    checked(path_, ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level));
    checked(path_, ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1));
}

void ZstdLineWriter::write(std::string_view line) {
    compress(line, ZSTD_e_continue);
    compress("\n", ZSTD_e_continue);
}

void ZstdLineWriter::compress(std::string_view bytes, ZSTD_EndDirective how) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    while (true) {
        ZSTD_outBuffer output{out_.data(), out_.size(), 0};
        const std::size_t left = checked(path_, ZSTD_compressStream2(context_.get(), &output, &input, how));
        if (std::fwrite(out_.data(), 1, output.pos, file_.get()) != output.pos)
            fail(path_ + ".part", std::strerror(errno));
        if (how == ZSTD_e_end ? left == 0 : input.pos == input.size) return;
    }
}

void ZstdLineWriter::finish() {
    compress("", ZSTD_e_end);
    if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0)
        fail(path_ + ".part", std::strerror(errno));
    if (std::rename((path_ + ".part").c_str(), path_.c_str()) != 0) fail(path_, std::strerror(errno));
}

ZstdLineReader::ZstdLineReader(std::string path)
    : path_(std::move(path)),
      file_(std::fopen(path_.c_str(), "rb")),
      context_(ZSTD_createDCtx()),
      in_(ZSTD_DStreamInSize(), '\0') {
    if (!file_) fail(path_, std::strerror(errno));
}

std::optional<std::string> ZstdLineReader::next() {
    while (true) {
        const std::size_t end = text_.find('\n', at_);
        if (end != text_.npos) {
            std::string line = text_.substr(at_, end - at_);
            at_ = end + 1;
            return line;
        }
        text_.erase(0, std::exchange(at_, 0));
        if (!fill()) break;
    }
    if (!text_.empty()) fail(path_, "ends in the middle of a line");
    return std::nullopt;
}

/// More text; false at the end of the file.
bool ZstdLineReader::fill() {
    if (input_.pos == input_.size) {
        const std::size_t read = std::fread(in_.data(), 1, in_.size(), file_.get());
        if (read == 0 && std::ferror(file_.get())) fail(path_, std::strerror(errno));
        if (read == 0 && rest_of_frame_ != 0) fail(path_, "ends in the middle: it was cut short");
        if (read == 0) return false;
        input_ = {in_.data(), read, 0};
    }
    std::string out(ZSTD_DStreamOutSize(), '\0');
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    rest_of_frame_ = checked(path_, ZSTD_decompressStream(context_.get(), &output, &input_));
    text_.append(out, 0, output.pos);
    return true;
}

}  // namespace chat
