#include "coordinator/journal/wal_scan.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/files/posix_file.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

constexpr size_t kHeaderBytes = 32;
constexpr size_t kFrameHeaderBytes = 24;
constexpr uint32_t kMagic = 0x377f0682;  // the lowest bit says the byte order of checksums
constexpr uint32_t kPageBytesUsual = 4096;

uint32_t BigEndian(std::string_view bytes, size_t offset) {
  uint32_t value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}

struct Checksum {
  uint32_t a = 0, b = 0;
  bool operator==(const Checksum&) const = default;
};

// SQLite's checksum of `bytes` (a multiple of 8), continuing `sum`.
Checksum Continue(Checksum sum, std::string_view bytes, bool big_endian) {
  const bool swap = big_endian == (std::endian::native == std::endian::little);
  for (size_t i = 0; i + 8 <= bytes.size(); i += 8) {
    uint32_t words[2];
    std::memcpy(words, bytes.data() + i, sizeof(words));
    sum.a += (swap ? __builtin_bswap32(words[0]) : words[0]) + sum.b;
    sum.b += (swap ? __builtin_bswap32(words[1]) : words[1]) + sum.a;
  }
  return sum;
}

struct Header {
  explicit Header(std::string_view bytes)
      : page_bytes(BigEndian(bytes, 8)),
        salts(bytes.substr(16, 8)),
        big_endian((BigEndian(bytes, 0) & 1) != 0),
        computed(Continue({}, bytes.substr(0, 24), big_endian)),
        stored{BigEndian(bytes, 24), BigEndian(bytes, 28)},
        fits((BigEndian(bytes, 0) & ~1u) == kMagic && HasPageSize() && computed == stored) {}

  bool HasPageSize() const { return page_bytes >= 512 && page_bytes <= 65536 && std::has_single_bit(page_bytes); }

  uint32_t page_bytes;
  std::string salts;
  bool big_endian;
  Checksum computed, stored;
  bool fits;
};

// A frame's header and page, as they lie in the file.
class Frame {
 public:
  explicit Frame(std::string_view bytes) : bytes_(bytes) {}

  bool is_commit() const { return BigEndian(bytes_, 4) != 0; }
  std::string_view salts() const { return bytes_.substr(8, 8); }
  Checksum stored() const { return {BigEndian(bytes_, 16), BigEndian(bytes_, 20)}; }
  Checksum ComputedAfter(Checksum before, bool big_endian) const {
    const Checksum head = Continue(before, bytes_.substr(0, 8), big_endian);
    return Continue(head, bytes_.substr(kFrameHeaderBytes), big_endian);
  }
  bool FitsAfter(Checksum before, bool big_endian) const {
    return BigEndian(bytes_, 0) != 0 && ComputedAfter(before, big_endian) == stored();
  }

 private:
  std::string_view bytes_;
};

class Scanner {
 public:
  Scanner(const std::string& path, const FileDescriptor& file) : path_(path), file_(file) {}

  absl::StatusOr<WalScan> Run() {
    MOTE_ASSIGN_OR_RETURN(const bool whole, ReadAt(0, kHeaderBytes));
    if (!whole) return WalScan{};
    const Header header(buffer_);
    if (!header.fits) return RunWithoutHeader(header);
    return RunFrames(header);
  }

 private:
  absl::StatusOr<WalScan> RunFrames(const Header& header) {
    const size_t frame_bytes = kFrameHeaderBytes + header.page_bytes;
    before_ = header.computed;
    int64_t offset = kHeaderBytes;
    for (;; offset += static_cast<int64_t>(frame_bytes)) {
      MOTE_ASSIGN_OR_RETURN(const bool whole, ReadAt(offset, frame_bytes));
      if (!whole) break;
      if (!Take(Frame(buffer_), header, offset)) {
        return Damaged(absl::StrCat("frame ", scan_.frames + 1), scan_.torn_at);
      }
    }
    // The end of the file may cut a frame of this log short.
    const bool ours = buffer_.size() >= 16 && std::string_view(buffer_).substr(8, 8) == header.salts;
    if (first_unfit_ < 0 && ours) scan_.torn_at = offset;
    return scan_;
  }

  // False: this frame proves that the first one that does not fit was durable.
  bool Take(const Frame& frame, const Header& header, int64_t offset) {
    const bool ours = frame.salts() == header.salts;
    bool fits = ours && frame.FitsAfter(before_, header.big_endian);
    if (ours && !fits && after_unfit_) fits = frame.FitsAfter(*after_unfit_, header.big_endian);
    after_unfit_.reset();
    if (first_unfit_ < 0 && fits) {
      ++scan_.frames;
    } else if (first_unfit_ < 0) {
      first_unfit_ = offset;
      after_unfit_ = frame.ComputedAfter(before_, header.big_endian);
      if (ours) scan_.torn_at = offset;
    } else if (fits) {
      scan_.torn_at = first_unfit_;
      if (later_commit_) return false;
      later_commit_ = frame.is_commit();
    }
    before_ = frame.stored();
    return true;
  }

  // The header is flushed before any frame is written: frames that continue its
  // checksum were a log once.
  absl::StatusOr<WalScan> RunWithoutHeader(const Header& header) {
    std::vector<uint32_t> sizes{kPageBytesUsual};
    if (header.HasPageSize() && header.page_bytes != kPageBytesUsual) sizes.push_back(header.page_bytes);
    for (const uint32_t page_bytes : sizes) {
      MOTE_ASSIGN_OR_RETURN(const bool whole, ReadAt(kHeaderBytes, kFrameHeaderBytes + page_bytes));
      if (!whole) continue;
      const Frame frame(buffer_);
      for (const bool big_endian : {false, true}) {
        for (const Checksum before : {header.stored, header.computed}) {
          if (frame.FitsAfter(before, big_endian)) return Damaged("the header", 0);
        }
      }
    }
    return WalScan{};
  }

  absl::Status Damaged(std::string_view what, int64_t offset) const {
    return absl::DataLossError(absl::StrCat(
        "write-ahead log \"", path_, "\": ", std::string(what), " (byte ", offset,
        ") is damaged, and durable transactions lie behind it; restore the state directory from a backup (see "
        "docs/state_directory.md) or choose another --state-dir"));
  }

  // Fills the buffer; false: the file ends before `size` bytes.
  absl::StatusOr<bool> ReadAt(int64_t offset, size_t size) {
    buffer_.resize(size);
    size_t done = 0;
    while (done < size) {
      const ssize_t got = ::pread(file_.get(), buffer_.data() + done, size - done, offset + static_cast<int64_t>(done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return FileError("reading", path_);
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    buffer_.resize(done);
    return done == size;
  }

  const std::string& path_;
  const FileDescriptor& file_;
  std::string buffer_;
  WalScan scan_;
  Checksum before_;                      // what the next frame continues
  std::optional<Checksum> after_unfit_;  // the same, should only the stored checksum before it be wrong
  int64_t first_unfit_ = -1;             // offset
  bool later_commit_ = false;            // one fitted behind first_unfit_
};

}  // namespace

absl::StatusOr<WalScan> ScanWal(const std::string& path) {
  const absl::StatusOr<FileDescriptor> file = OpenFile(path, O_RDONLY);
  if (absl::IsNotFound(file.status())) return WalScan{};
  if (!file.ok()) return file.status();
  return Scanner(path, *file).Run();
}

}  // namespace mote::coordinator
