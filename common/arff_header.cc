#include "common/arff_header.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/arff_line.h"
#include "common/status_macros.h"

namespace mote {
namespace {

using TokenKind = ArffToken::Kind;

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

absl::Status WrongHeader(const std::string& what) { return absl::InvalidArgumentError(what); }

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  absl::AsciiStrToLower(&lower);
  return lower;
}

// Reads the header line by line.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view start) : start_(start) {}

  absl::StatusOr<ArffHeader> Run() {
    if (start_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    while (const std::optional<std::string_view> line = TakeLine()) {
      const absl::Status read = ReadLine(*line);
      if (!read.ok()) return WrongHeader(absl::StrCat("line ", line_, ": ", read.message()));
      if (!is_whole_) continue;
      header_.end_offset = static_cast<int64_t>(at_);
      return std::move(header_);
    }
    return WrongHeader(absl::StrCat("line ", line_, ": no line @data in the first ", start_.size(),
                                    " bytes; an ARFF file is a header of @relation, @attribute and @data, and rows"));
  }

 private:
  // nullopt: none is left, or it goes on beyond what a header may have.
  std::optional<std::string_view> TakeLine() {
    const size_t newline = start_.find('\n', at_);
    const bool cut = newline == std::string_view::npos && static_cast<int64_t>(start_.size()) >= kArffHeaderBytesMax;
    if (at_ == start_.size() || cut) return std::nullopt;
    const size_t end = std::min(newline, start_.size());
    const std::string_view line = start_.substr(at_, end - at_);
    at_ = std::min(end + 1, start_.size());
    ++line_;
    header_.lines += newline != std::string_view::npos;
    return line;
  }

  absl::Status ReadLine(std::string_view text) {
    ArffLine line(text, &unescaped_);
    const ArffToken& first = line.Next();
    if (first.kind == TokenKind::kEnd) return absl::OkStatus();
    const std::string keyword = first.kind == TokenKind::kValue && !first.quoted ? LowerCase(first.text) : "";
    if (!has_relation_) {
      has_relation_ = keyword == "@relation";
      if (has_relation_) return absl::OkStatus();
      return WrongHeader("no @relation where an ARFF file begins; is it one?");
    }
    if (keyword == "@attribute") return ReadAttribute(line);
    if (keyword == "@data") return ReadData(line);
    return WrongHeader("neither @attribute nor @data; write nothing else before the rows");
  }

  absl::Status ReadData(ArffLine& line) {
    if (header_.attributes.empty()) return WrongHeader("@data, but no @attribute before it; declare the columns");
    if (line.Next().kind != TokenKind::kEnd) return WrongHeader("something behind @data; rows begin on the next line");
    is_whole_ = true;
    return absl::OkStatus();
  }

  absl::Status ReadAttribute(ArffLine& line) {
    const ArffToken& name = line.Next();
    if (name.kind == TokenKind::kWrong) return WrongHeader(std::string(name.text));
    if (name.kind != TokenKind::kValue || name.text.empty()) return WrongHeader("@attribute without a name");
    ArffAttribute attribute{.name = std::string(name.text)};
    const ArffToken& type = line.Next();
    if (type.kind == TokenKind::kOpen) {
      attribute.kind = ArffAttribute::Kind::kNominal;
      MOTE_RETURN_IF_ERROR(ReadValues(line, &attribute));
    } else {
      MOTE_RETURN_IF_ERROR(SetType(type, &attribute));
    }
    header_.attributes.push_back(std::move(attribute));
    return absl::OkStatus();
  }

  // What may follow a type, such as the format of a date, says nothing about text.
  static absl::Status SetType(const ArffToken& type, ArffAttribute* attribute) {
    const std::string name = type.kind == TokenKind::kValue ? LowerCase(type.text) : "";
    if (name == "numeric" || name == "real" || name == "integer") {
      attribute->kind = ArffAttribute::Kind::kNumeric;
    } else if (name != "string" && name != "date") {
      return WrongHeader(absl::StrCat("attribute \"", attribute->name, "\" is of no type that can be read",
                                      name.empty() ? "" : absl::StrCat(" (", name, ")"),
                                      "; declare it numeric, real, integer, string, date or {its, values}"));
    }
    return absl::OkStatus();
  }

  static absl::Status ReadValues(ArffLine& line, ArffAttribute* attribute) {
    for (const ArffToken& token = line.Next(); token.kind != TokenKind::kClose; line.Next()) {
      if (token.kind == TokenKind::kWrong) return WrongHeader(std::string(token.text));
      if (token.kind == TokenKind::kEnd || token.kind == TokenKind::kOpen) {
        return WrongHeader(absl::StrCat("the values of attribute \"", attribute->name,
                                        "\" do not end with } on their line; put them all there"));
      }
      if (token.kind == TokenKind::kValue) attribute->values.emplace_back(token.text);
    }
    if (line.Next().kind == TokenKind::kEnd) return absl::OkStatus();
    return WrongHeader(absl::StrCat("something behind the values of attribute \"", attribute->name, "\""));
  }

  const std::string_view start_;
  size_t at_ = 0;
  int64_t line_ = 0;  // 1-based, of the line taken last
  bool has_relation_ = false;
  bool is_whole_ = false;
  std::string unescaped_;
  ArffHeader header_;
};

}  // namespace

std::string ArffAttribute::ToString() const {
  if (kind == Kind::kNumeric) return absl::StrCat(name, " numeric");
  if (kind == Kind::kText) return absl::StrCat(name, " string");
  constexpr size_t kShownMax = 8;
  std::string text = absl::StrCat(name, " {");
  for (size_t i = 0; i < values.size() && i < kShownMax; ++i) absl::StrAppend(&text, i == 0 ? "" : ", ", values[i]);
  return absl::StrCat(text, values.size() > kShownMax ? ", …}" : "}");
}

absl::StatusOr<ArffHeader> ArffHeader::Parse(std::string_view start) { return HeaderReader(start).Run(); }

}  // namespace mote
