#include "client/inputs/packed_file.h"

#include <zlib.h>
#include <zstd.h>

#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mote::client {
namespace {

absl::Status Damaged(const std::string& path, int64_t at, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("'", path, "' cannot be unpacked after ", at, " bytes: ", std::string(why), "; pack it again"));
}

absl::Status Unreadable(const std::string& path, int64_t at) {
  return absl::UnavailableError(absl::StrCat("'", path, "' cannot be read after ", at, " bytes; check the disk"));
}

class PlainFile final : public PackedFile {
 public:
  PlainFile(std::string path, std::ifstream stream) : path_(std::move(path)), stream_(std::move(stream)) {}

  absl::StatusOr<std::string> Read(size_t most) override {
    std::string bytes(most, '\0');
    stream_.read(bytes.data(), static_cast<std::streamsize>(most));
    if (stream_.bad()) return Unreadable(path_, done_);
    bytes.resize(static_cast<size_t>(stream_.gcount()));
    done_ += static_cast<int64_t>(bytes.size());
    return bytes;
  }

 private:
  const std::string path_;
  std::ifstream stream_;
  int64_t done_ = 0;
};

class GzipFile final : public PackedFile {
 public:
  GzipFile(std::string path, gzFile file) : path_(std::move(path)), file_(file, gzclose_r) {}

  absl::StatusOr<std::string> Read(size_t most) override {
    std::string bytes(most, '\0');
    const int read = gzread(file_.get(), bytes.data(), static_cast<unsigned>(most));
    // It passes on what is no gzip.
    if (gzdirect(file_.get()) == 1 && read != 0) return Damaged(path_, 0, "it is not gzip");
    int code = Z_OK;
    const char* why = gzerror(file_.get(), &code);
    if (read < 0) return Damaged(path_, done_, why);
    if (code == Z_BUF_ERROR) return Damaged(path_, done_ + read, "it ends early");
    done_ += read;
    bytes.resize(static_cast<size_t>(read));
    return bytes;
  }

 private:
  const std::string path_;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file_;
  int64_t done_ = 0;
};

class ZstdFile final : public PackedFile {
 public:
  ZstdFile(std::string path, std::ifstream stream)
      : path_(std::move(path)), stream_(std::move(stream)), context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {}

  absl::StatusOr<std::string> Read(size_t most) override {
    std::string bytes(most, '\0');
    ZSTD_outBuffer out{bytes.data(), bytes.size(), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size && !Refill()) {
        if (stream_.bad()) return Unreadable(path_, done_);
        if (in_frame_) return Damaged(path_, done_, "it ends early");
        break;
      }
      const size_t left = ZSTD_decompressStream(context_.get(), &out, &in_);
      if (ZSTD_isError(left)) return Damaged(path_, done_, ZSTD_getErrorName(left));
      in_frame_ = left != 0;
    }
    done_ += static_cast<int64_t>(out.pos);
    bytes.resize(out.pos);
    return bytes;
  }

 private:
  // False at the end of the file.
  bool Refill() {
    packed_.resize(ZSTD_DStreamInSize());
    stream_.read(packed_.data(), static_cast<std::streamsize>(packed_.size()));
    in_ = {packed_.data(), static_cast<size_t>(stream_.gcount()), 0};
    return in_.size > 0;
  }

  const std::string path_;
  std::ifstream stream_;
  const std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)> context_;
  std::string packed_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool in_frame_ = false;
  int64_t done_ = 0;
};

}  // namespace

bool IsPacked(const std::string& path) { return path.ends_with(".gz") || path.ends_with(".zst"); }

absl::StatusOr<std::unique_ptr<PackedFile>> PackedFile::Open(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return absl::NotFoundError(absl::StrCat("there is no file '", path, "'"));
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' is not a regular file; name one file"));
  }
  const auto unreadable = [&] {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' cannot be read; check its permissions"));
  };
  if (path.ends_with(".gz")) {
    const gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) return unreadable();
    return std::make_unique<GzipFile>(path, file);
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return unreadable();
  if (path.ends_with(".zst")) return std::make_unique<ZstdFile>(path, std::move(stream));
  return std::make_unique<PlainFile>(path, std::move(stream));
}

}  // namespace mote::client
