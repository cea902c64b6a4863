#include "worker/engine/join_side.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/bytes.h"
#include "common/prepare/cell.h"
#include "common/status_macros.h"
#include "worker/engine/cell_cursor.h"

namespace mote::engine {
namespace {

constexpr int64_t kSideRowsAtOnce = 4096;

// A floating-point number; nullopt: the cell holds another type.
std::optional<double> FloatOf(std::string_view cell, DType dtype) {
  if (dtype == DType::kF32) {
    float value;
    std::memcpy(&value, cell.data(), sizeof(value));
    return value;
  }
  if (dtype != DType::kF64) return std::nullopt;
  double value;
  std::memcpy(&value, cell.data(), sizeof(value));
  return value;
}

}  // namespace

std::string_view JoinKey::TextOf(const std::vector<std::string_view>& cells, size_t column, std::string* number) const {
  const DType dtype = schema_.columns[column].dtype;
  if (dtype == DType::kText) return Trim(cells[column]);
  // Written as whole numbers are, to match those: the shortest text of 100000.0 is 1e+05.
  constexpr double kWholeMax = 9007199254740992;  // 2^53
  if (const std::optional<double> value = FloatOf(cells[column], dtype);
      value && std::abs(*value) < kWholeMax && *value == std::floor(*value)) {
    return *number = absl::StrCat(static_cast<int64_t>(*value));
  }
  return NumberText(cells[column], dtype, number);
}

bool JoinKey::Read(const std::vector<std::string_view>& cells, std::string_view* key) {
  key_.clear();
  ByteWriter writer(&key_);
  for (const size_t column : columns_) {
    const std::optional<double> value = FloatOf(cells[column], schema_.columns[column].dtype);
    if (value && std::isnan(*value)) return false;
    const std::string_view text = TextOf(cells, column, &number_);
    if (std::find(options_.missing.begin(), options_.missing.end(), text) != options_.missing.end()) return false;
    writer.PutString(text);
  }
  *key = key_;
  return true;
}

std::string JoinKey::Describe(const std::vector<std::string_view>& cells) const {
  std::string text, number;
  for (const size_t column : columns_) {
    const std::string_view cell = TextOf(cells, column, &number);
    absl::StrAppend(&text, text.empty() ? "" : ", ", schema_.columns[column].name, "=\"",
                    std::string(cell.substr(0, 60)), "\"");
  }
  return text;
}

void AppendCell(const Column& column, std::string_view cell, std::string* bytes) {
  ByteWriter writer(bytes);
  column.dtype == DType::kText ? writer.PutString(cell) : writer.PutRaw(cell);
}

absl::StatusOr<std::unique_ptr<JoinSide>> JoinSide::Read(RowSource& source, const JoinColumns& columns,
                                                         const JoinOptions& options, int64_t memory_max,
                                                         BlobSource& blobs) {
  auto side = std::unique_ptr<JoinSide>(new JoinSide(options));
  const Schema& schema = source.dataset().schema;
  JoinKey key(schema, columns.right_keys, options);
  std::string copy;
  for (int64_t begin = 0; begin < source.rows(); begin += kSideRowsAtOnce) {
    const int64_t end = std::min(begin + kSideRowsAtOnce, source.rows());
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, source.View({begin, end}, blobs, &copy));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(schema, end - begin, bytes));
    for (int64_t i = 0; i < view.rows(); ++i) MOTE_RETURN_IF_ERROR(side->Add(view, i, begin + i, columns, &key));
    if (side->memory() <= memory_max && side->next_.size() < UINT32_MAX) continue;
    return absl::InvalidArgumentError(absl::StrCat("with: ", end, " of ", source.rows(), " rows take ", side->memory(),
                                                   " bytes in memory, and each engine holds all, at most ", memory_max,
                                                   "; join the other way round, or filter it before"));
  }
  return side;
}

absl::Status JoinSide::Add(const TableView& view, int64_t place, int64_t row, const JoinColumns& columns,
                           JoinKey* key) {
  view.Cells(place, &cells_);
  std::string_view text;
  if (!key->Read(cells_, &text)) return absl::OkStatus();
  MOTE_RETURN_IF_ERROR(Link(text, row, *key));
  for (const size_t column : columns.taken) AppendCell(view.schema().columns[column], cells_[column], &bytes_);
  begins_.push_back(bytes_.size());
  return absl::OkStatus();
}

absl::Status JoinSide::Link(std::string_view text, int64_t row, const JoinKey& key) {
  const size_t number = keys_.Add(text);
  if (number == rows_.size()) {
    rows_.push_back({});
    rows_.back().table_row = row;
  }
  Rows& rows = rows_[number];
  if (++rows.count > matches_max_) {
    return absl::InvalidArgumentError(absl::StrCat(
        "with: ", key.Describe(cells_), " is the key of row=", rows.table_row, " and again of row=", row,
        matches_max_ == 1 ? "" : absl::StrCat(", the one number ", rows.count), "; raise matches_max (now ",
        matches_max_, ") if each may match, else keep one row of each key, as distinct does"));
  }
  const auto place = static_cast<uint32_t>(next_.size());
  next_.push_back(UINT32_MAX);
  if (rows.first == UINT32_MAX) {
    rows.first = place;
  } else {
    next_[rows.last] = place;
  }
  rows.last = place;
  return absl::OkStatus();
}

int64_t JoinSide::memory() const {
  const size_t beside =
      rows_.capacity() * sizeof(Rows) + next_.capacity() * sizeof(next_[0]) + begins_.capacity() * sizeof(begins_[0]);
  return static_cast<int64_t>(bytes_.capacity() + beside) + keys_.memory();
}

size_t JoinSide::First(std::string_view key) const {
  const size_t number = keys_.Find(key);
  return number < rows_.size() ? rows_[number].first : kNone;
}

}  // namespace mote::engine
