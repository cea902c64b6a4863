#include "client/inputs/input_text.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/artifact.h"
#include "common/csv.h"
#include "common/status_macros.h"

namespace mote::client {
namespace {

constexpr size_t kReadBytes = 1 << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

absl::StatusOr<std::string> InputText::Piece(size_t i) {
  if (i < next_) Restart();
  constexpr auto kPiece = static_cast<size_t>(kBlobBytesMax);
  while (true) {
    MOTE_RETURN_IF_ERROR(Fill());
    std::string piece = buffer_.substr(0, kPiece);
    if (piece.empty()) return piece;
    buffer_.erase(0, piece.size());
    if (next_++ == i) return piece;
  }
}

void InputText::Restart() {
  open_.reset();
  opened_ = 0;
  next_ = 0;
  buffer_.clear();
  last_ = '\n';
  header_of_.clear();
}

// Until there is a whole piece, or all files are read.
absl::Status InputText::Fill() {
  while (buffer_.size() < static_cast<size_t>(kBlobBytesMax)) {
    if (open_ == nullptr) {
      if (opened_ == files_.paths.size()) return absl::OkStatus();
      MOTE_RETURN_IF_ERROR(OpenNext());
    }
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, open_->Read(kReadBytes));
    if (bytes.empty()) open_.reset();
    buffer_ += bytes;
    if (!bytes.empty()) last_ = bytes.back();
  }
  return absl::OkStatus();
}

absl::Status InputText::OpenNext() {
  MOTE_ASSIGN_OR_RETURN(open_, PackedFile::Open(files_.paths[opened_]));
  ++opened_;
  if (files_.paths.size() == 1) return absl::OkStatus();
  if (last_ != '\n') buffer_ += '\n';
  last_ = '\n';
  return files_.delimiter == '\0' ? absl::OkStatus() : TakeHeader();
}

// The first one is kept, those of other files are compared with it and left out.
absl::Status InputText::TakeHeader() {
  const std::string& path = files_.paths[opened_ - 1];
  std::string start;
  while (start.size() < kReadBytes) {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, open_->Read(kReadBytes - start.size()));
    if (bytes.empty()) break;
    start += bytes;
  }
  const size_t mark = start.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const std::string_view text = std::string_view(start).substr(mark);
  CsvScanner scanner(text, files_.delimiter);
  std::vector<std::string_view> cells;
  const absl::StatusOr<bool> found = scanner.Next(&cells);
  if (!found.ok()) return absl::InvalidArgumentError(absl::StrCat("'", path, "': header: ", found.status().message()));
  const auto header_bytes = static_cast<size_t>(scanner.offset());
  if (!*found) return absl::OkStatus();  // an empty file adds no rows
  const std::vector<std::string> header(cells.begin(), cells.end());
  if (header_of_.empty()) {
    header_of_ = path;
    first_header_ = header;
    buffer_ += start;
  } else if (header != first_header_) {
    const auto joined = [this](const auto& names) { return absl::StrJoin(names, std::string(1, files_.delimiter)); };
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' has the header \"", joined(header), "\" and '",
                                                   header_of_, "' has \"", joined(first_header_),
                                                   "\"; files of one input have the same"));
  } else {
    buffer_ += text.substr(header_bytes);
  }
  if (!buffer_.empty()) last_ = buffer_.back();
  return absl::OkStatus();
}

}  // namespace mote::client
