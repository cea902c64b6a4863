#include "common/arff_scanner.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/prepare/cell.h"
#include "common/status_macros.h"

namespace mote {
namespace {

using AttributeKind = ArffAttribute::Kind;
using TokenKind = ArffToken::Kind;

absl::Status WrongRow(std::string_view what) { return absl::InvalidArgumentError(std::string(what)); }

bool IsMissingValue(const ArffToken& value) { return !value.quoted && value.text == "?"; }

// What is neither a value nor a comma, where one of them is wanted.
absl::Status Unexpected(const ArffToken& token) {
  if (token.kind == TokenKind::kWrong) return WrongRow(token.text);
  if (token.kind == TokenKind::kOpen)
    return WrongRow("a { inside the row; quote the value, and leave out weights of rows");
  return WrongRow(token.kind == TokenKind::kClose ? "a } that nothing opened; quote the value"
                                                  : "an empty value; write ? for one that is missing");
}

}  // namespace

ArffScanner::ArffScanner(std::vector<ArffAttribute> attributes)
    : attributes_(std::move(attributes)), declared_(attributes_.size()), left_out_(attributes_.size()) {
  for (size_t i = 0; i < attributes_.size(); ++i) {
    const ArffAttribute& attribute = attributes_[i];
    declared_[i].assign(attribute.values.begin(), attribute.values.end());
    std::sort(declared_[i].begin(), declared_[i].end());
    if (attribute.kind == AttributeKind::kNumeric) {
      left_out_[i] = "0";
    } else if (!attribute.values.empty()) {
      left_out_[i] = attribute.values.front();
    } else {
      all_may_lack_ = false;
    }
  }
}

absl::Status ArffScanner::Cells(std::string_view line, std::vector<std::string_view>* cells) {
  cells->clear();
  ArffLine tokens(line, &unescaped_);
  return tokens.Next().kind == TokenKind::kOpen ? Sparse(tokens, cells) : Dense(tokens, cells);
}

// Values stand behind commas or, as Weka has it, behind blanks alone.
absl::Status ArffScanner::Dense(ArffLine& line, std::vector<std::string_view>* cells) const {
  absl::Status wrong_value;
  bool wants_value = true;
  for (const ArffToken& token = line.token();; line.Next()) {
    const bool separates = token.kind == TokenKind::kComma || token.kind == TokenKind::kEnd;
    if (token.kind == TokenKind::kValue) {
      if (cells->size() < attributes_.size() && wrong_value.ok() && !IsDeclared(cells->size(), token)) {
        wrong_value = WrongValue(cells->size(), token);
      }
      cells->push_back(token.text);
      wants_value = false;
    } else if (!separates || wants_value) {
      return Unexpected(token);
    } else if (token.kind == TokenKind::kEnd) {
      return cells->size() == attributes_.size() ? wrong_value : absl::OkStatus();
    } else {
      wants_value = true;
    }
  }
}

absl::Status ArffScanner::Sparse(ArffLine& line, std::vector<std::string_view>* cells) const {
  *cells = left_out_;
  int64_t next = 0;  // the attribute behind the last that was given
  const ArffToken& token = line.Next();
  while (token.kind != TokenKind::kClose) {
    const ArffToken index = token;
    MOTE_RETURN_IF_ERROR(SparseCell(index, line.Next(), &next, cells));
    line.Next();
    if (token.kind == TokenKind::kClose) break;
    if (token.kind == TokenKind::kWrong) return WrongRow(token.text);
    if (token.kind != TokenKind::kComma)
      return WrongRow("a sparse row whose cells have no comma between them, or no } last");
    line.Next();
    if (token.kind == TokenKind::kClose) return WrongRow("a sparse row with nothing behind its last comma");
  }
  if (line.Next().kind != TokenKind::kEnd) return WrongRow("something behind the } of a sparse row; leave out weights");
  return CheckLeftOut(next, static_cast<int64_t>(attributes_.size()));
}

absl::Status ArffScanner::SparseCell(const ArffToken& index, const ArffToken& value, int64_t* next,
                                     std::vector<std::string_view>* cells) const {
  for (const ArffToken& token : {index, value}) {
    if (token.kind == TokenKind::kWrong) return WrongRow(token.text);
    if (token.kind != TokenKind::kValue) return WrongRow("a sparse row is made of {index value, index value, …}");
  }
  int64_t attribute = 0;
  if (!absl::SimpleAtoi(absl::string_view(index.text.data(), index.text.size()), &attribute) || attribute < *next ||
      attribute >= static_cast<int64_t>(attributes_.size())) {
    return WrongRow(absl::StrCat("the sparse row has \"", std::string(index.text),
                                 "\" where an index is wanted: they ascend from 0 to ", attributes_.size() - 1));
  }
  MOTE_RETURN_IF_ERROR(CheckLeftOut(*next, attribute));
  if (!IsDeclared(static_cast<size_t>(attribute), value)) return WrongValue(static_cast<size_t>(attribute), value);
  (*cells)[static_cast<size_t>(attribute)] = value.text;
  *next = attribute + 1;
  return absl::OkStatus();
}

absl::Status ArffScanner::CheckLeftOut(int64_t begin, int64_t end) const {
  for (int64_t i = begin; i < end && !all_may_lack_; ++i) {
    const ArffAttribute& attribute = attributes_[static_cast<size_t>(i)];
    if (attribute.kind == AttributeKind::kNumeric || !attribute.values.empty()) continue;
    return WrongRow(absl::StrCat("the sparse row leaves out attribute \"", attribute.name,
                                 "\", a text, for which nothing stands; give its value, or ?"));
  }
  return absl::OkStatus();
}

bool ArffScanner::IsDeclared(size_t attribute, const ArffToken& value) const {
  const AttributeKind kind = attributes_[attribute].kind;
  if (kind == AttributeKind::kText || IsMissingValue(value)) return true;
  if (kind == AttributeKind::kNumeric) {
    const std::string_view number = Trim(value.text);
    return ParseNumber(number) || IsNonFinite(number);
  }
  const std::vector<std::string_view>& declared = declared_[attribute];
  return std::binary_search(declared.begin(), declared.end(), value.text);
}

absl::Status ArffScanner::WrongValue(size_t attribute, const ArffToken& value) const {
  const ArffAttribute& type = attributes_[attribute];
  return WrongRow(absl::StrCat("attribute \"", type.name, "\" has the value \"", std::string(value.text.substr(0, 200)),
                               type.kind == AttributeKind::kNumeric
                                   ? "\", which is no number; write ? for a missing one"
                                   : absl::StrCat("\", which is not declared: ", type.ToString())));
}

}  // namespace mote
