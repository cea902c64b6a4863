#include "worker/engine/distinct_keys.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <tuple>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/json.h"
#include "common/prepare/cell.h"
#include "common/prepare/find_columns.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "worker/engine/pass_parts.h"

namespace mote::engine {

Schema KeyRow::Columns() {
  return {{{"high", DType::kI64, 1}, {"low", DType::kI64, 1}, {"row", DType::kI64, 1}, {"left", DType::kI64, 1}}};
}

bool KeyRow::operator<(const KeyRow& other) const {
  return std::tie(high, low, row) < std::tie(other.high, other.low, other.row);
}

Schema RepeatRow::Columns() { return {{{"row", DType::kI64, 1}, {"first", DType::kI64, 1}, {"left", DType::kI64, 1}}}; }

absl::StatusOr<std::unique_ptr<KeyedRows>> KeyedRows::Open(const PassSpec& pass, TaskContext& context) {
  MOTE_ASSIGN_OR_RETURN(const Json parameters, ParseJson(pass.parameters));
  MOTE_ASSIGN_OR_RETURN(const std::vector<std::string> by, TextList(parameters.value("by", Json::array()), "by"));
  auto keyed = std::make_unique<KeyedRows>();
  MOTE_ASSIGN_OR_RETURN(keyed->rows_per_task_, ReadParameters<int64_t>(pass, [](const Json& json) {
                          return json.at("rows_per_task").get<int64_t>();
                        }));
  MOTE_ASSIGN_OR_RETURN(keyed->rows_, OpenRows(pass, "input", context));
  const Schema& schema = keyed->rows_->dataset().schema;
  MOTE_ASSIGN_OR_RETURN(keyed->columns_, FindColumns(schema, by, "by", "the input"));
  if (!keyed->columns_.empty()) return keyed;
  keyed->columns_.resize(schema.columns.size());
  std::iota(keyed->columns_.begin(), keyed->columns_.end(), size_t{0});
  return keyed;
}

absl::Status KeyedRows::Seek(int64_t task, TaskContext& context) {
  const int64_t begin = task * rows_per_task_;
  range_ = {begin, std::min(begin + rows_per_task_, rows_->rows())};
  MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, rows_->View(range_, context, &copy_));
  MOTE_ASSIGN_OR_RETURN(view_, TableView::Open(rows_->dataset().schema, range_.end - begin, bytes));
  keys_.clear();
  keys_.reserve(static_cast<size_t>(view_.rows()));
  for (int64_t place = 0; place < view_.rows(); ++place) keys_.push_back(KeyOfRow(place));
  std::sort(keys_.begin(), keys_.end());
  return absl::OkStatus();
}

KeyRow KeyedRows::KeyOfRow(int64_t place) {
  view_.Cells(place, &cells_);
  hashed_.clear();
  ByteWriter writer(&hashed_);
  for (const size_t column : columns_) {
    const bool is_text = view_.schema().columns[column].dtype == DType::kText;
    writer.PutString(is_text ? Trim(cells_[column]) : cells_[column]);
  }
  const Digest digest = Sha256(hashed_);
  KeyRow key;
  std::memcpy(&key.high, digest.bytes.data(), sizeof(key.high));
  std::memcpy(&key.low, digest.bytes.data() + sizeof(key.high), sizeof(key.low));
  key.row = range_.begin + place;
  return key;
}

}  // namespace mote::engine
