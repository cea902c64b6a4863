#include "common/transfer/blob_encoding.h"

#include <time.h>
#include <zstd.h>

#include <memory>

#include "absl/strings/str_cat.h"

namespace mote {
namespace {

// Of zstd's levels the one that never costs more than a slow link: 300 to 500 MB/s.
constexpr int kLevel = 1;

using Compressor = std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)>;
using Decompressor = std::unique_ptr<ZSTD_DCtx, size_t (*)(ZSTD_DCtx*)>;

absl::Status Refused(const std::string& why) {
  return absl::InvalidArgumentError(absl::StrCat("a compressed blob that is refused: ", why, "; mend the sender"));
}

}  // namespace

std::optional<std::string> CompressBlob(std::string_view bytes) {
  thread_local const Compressor context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  const size_t limit = bytes.size() - bytes.size() / 20;
  std::string frame(limit, '\0');
  // Without room for more than the limit zstd fails, which is the answer.
  const size_t size = ZSTD_compressCCtx(context.get(), frame.data(), frame.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size)) return std::nullopt;
  frame.resize(size);
  return frame;
}

absl::StatusOr<std::string> DecompressBlob(std::string_view frame, int64_t bytes_max) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR) return Refused("it is no zstd frame");
  if (size == ZSTD_CONTENTSIZE_UNKNOWN) return Refused("it does not say how many bytes it holds");
  if (size > static_cast<unsigned long long>(bytes_max)) {
    return Refused(absl::StrCat("it says that it holds ", size, " bytes, at most ", bytes_max, " are allowed"));
  }
  const size_t whole = ZSTD_findFrameCompressedSize(frame.data(), frame.size());
  if (ZSTD_isError(whole) || whole != frame.size()) return Refused("it is not one whole zstd frame");
  thread_local const Decompressor context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  std::string bytes(static_cast<size_t>(size), '\0');
  const size_t got = ZSTD_decompressDCtx(context.get(), bytes.data(), bytes.size(), frame.data(), frame.size());
  if (ZSTD_isError(got)) return Refused(ZSTD_getErrorName(got));
  if (got != bytes.size()) return Refused(absl::StrCat("it holds ", got, " bytes and says ", size));
  return bytes;
}

int64_t ThreadNanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace mote
