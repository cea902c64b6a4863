#include "client/inputs/input_text.h"

#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/arff_header.h"
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
  return files_.delimiter == '\0' && !files_.arff ? absl::OkStatus() : TakeHeader();
}

absl::StatusOr<std::optional<InputText::Header>> InputText::FindHeader(std::string_view start) const {
  Header header;
  if (files_.arff) {
    if (start.empty()) return std::nullopt;
    MOTE_ASSIGN_OR_RETURN(ArffHeader arff, ArffHeader::Parse(start));
    header.attributes = std::move(arff.attributes);
    header.bytes = static_cast<size_t>(arff.end_offset);
    return header;
  }
  const size_t mark = start.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  CsvScanner scanner(start.substr(mark), files_.delimiter);
  std::vector<std::string_view> cells;
  MOTE_ASSIGN_OR_RETURN(const bool found, scanner.Next(&cells));
  if (!found) return std::nullopt;
  header.names.assign(cells.begin(), cells.end());
  header.bytes = mark + static_cast<size_t>(scanner.offset());
  return header;
}

std::string InputText::Show(const Header& header, const Header& other) const {
  if (!files_.arff) return absl::StrJoin(header.names, std::string(1, files_.delimiter));
  size_t i = 0;
  while (i < header.attributes.size() && i < other.attributes.size() && header.attributes[i] == other.attributes[i])
    ++i;
  return i < header.attributes.size() ? absl::StrCat("@attribute ", header.attributes[i].ToString())
                                      : absl::StrCat("only ", i, " attributes");
}

// The first one is kept, those of other files are compared with it and left out.
absl::Status InputText::TakeHeader() {
  const std::string& path = files_.paths[opened_ - 1];
  const size_t header_bytes_max = files_.arff ? static_cast<size_t>(kArffHeaderBytesMax) : kReadBytes;
  std::string start;
  while (start.size() < header_bytes_max) {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, open_->Read(header_bytes_max - start.size()));
    if (bytes.empty()) break;
    start += bytes;
  }
  const absl::StatusOr<std::optional<Header>> found = FindHeader(start);
  if (!found.ok()) return absl::InvalidArgumentError(absl::StrCat("'", path, "': header: ", found.status().message()));
  if (!found->has_value()) return absl::OkStatus();  // an empty file adds no rows
  const Header& header = **found;
  if (header_of_.empty()) {
    header_of_ = path;
    first_header_ = header;
    buffer_ += start;
  } else if (!header.SameAs(first_header_)) {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' has the header \"", Show(header, first_header_),
                                                   "\" and '", header_of_, "' has \"", Show(first_header_, header),
                                                   "\"; files of one input have the same"));
  } else {
    buffer_.append(start, header.bytes);
  }
  if (!buffer_.empty()) last_ = buffer_.back();
  return absl::OkStatus();
}

}  // namespace mote::client
