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
    Append(bytes);
  }
  return absl::OkStatus();
}

void InputText::Append(std::string_view bytes) {
  buffer_ += bytes;
  if (!bytes.empty()) last_ = bytes.back();
}

absl::Status InputText::OpenNext() {
  MOTE_ASSIGN_OR_RETURN(open_, PackedFile::Open(files_.paths[opened_]));
  ++opened_;
  // Of a file alone, who reads the rows passes over the mark.
  if (files_.paths.size() == 1) return absl::OkStatus();
  if (last_ != '\n') Append("\n");
  const bool has_header = files_.delimiter != '\0' || files_.arff;
  const size_t header_bytes_max = files_.arff ? static_cast<size_t>(kArffHeaderBytesMax) : kReadBytes;
  MOTE_ASSIGN_OR_RETURN(std::string start, ReadStart(has_header ? header_bytes_max : kByteOrderMark.size()));
  if (start.starts_with(kByteOrderMark)) start.erase(0, kByteOrderMark.size());
  if (has_header) return TakeHeader(start);
  Append(start);
  return absl::OkStatus();
}

// Fewer bytes only where the file has no more.
absl::StatusOr<std::string> InputText::ReadStart(size_t size) {
  std::string start;
  while (start.size() < size) {
    MOTE_ASSIGN_OR_RETURN(const std::string bytes, open_->Read(size - start.size()));
    if (bytes.empty()) break;
    start += bytes;
  }
  return start;
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
  CsvScanner scanner(start, files_.delimiter);
  std::vector<std::string_view> cells;
  MOTE_ASSIGN_OR_RETURN(const bool found, scanner.Next(&cells));
  if (!found) return std::nullopt;
  header.names.assign(cells.begin(), cells.end());
  header.bytes = static_cast<size_t>(scanner.offset());
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
absl::Status InputText::TakeHeader(std::string_view start) {
  const std::string& path = files_.paths[opened_ - 1];
  const absl::StatusOr<std::optional<Header>> found = FindHeader(start);
  if (!found.ok()) return absl::InvalidArgumentError(absl::StrCat("'", path, "': header: ", found.status().message()));
  if (!found->has_value()) return absl::OkStatus();  // an empty file adds no rows
  const Header& header = **found;
  if (header_of_.empty()) {
    header_of_ = path;
    first_header_ = header;
    Append(start);
  } else if (!header.SameAs(first_header_)) {
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' has the header \"", Show(header, first_header_),
                                                   "\" and '", header_of_, "' has \"", Show(first_header_, header),
                                                   "\"; files of one input have the same"));
  } else {
    Append(start.substr(header.bytes));
  }
  return absl::OkStatus();
}

}  // namespace mote::client
