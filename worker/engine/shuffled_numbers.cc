#include "worker/engine/shuffled_numbers.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/table.h"

namespace mote::engine {

absl::StatusOr<ShuffledNumbers> ShuffledNumbers::Open(const Json& shuffle, int64_t width, int64_t rows) {
  std::vector<size_t> numbers;
  for (const Json& number : shuffle.at("numbers")) {
    const auto place = number.get<int64_t>();
    if (place < 0 || place >= width) {
      return absl::InvalidArgumentError(absl::StrCat("shuffle: a row has ", width, " numbers and no number ", place));
    }
    numbers.push_back(static_cast<size_t>(place));
  }
  return ShuffledNumbers(std::move(numbers), shuffle.at("seed").get<uint64_t>(), rows);
}

absl::Status ShuffledNumbers::Fetch(TaskRange rows, const FeatureColumns& columns, RowSource& source,
                                    BlobSource& blobs) {
  // In the order in which they lie, so that each blob is opened once a task.
  std::vector<std::pair<int64_t, size_t>> others;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    others.emplace_back(other_row_.At(row), static_cast<size_t>(row - rows.begin));
  }
  std::sort(others.begin(), others.end());
  values_.assign(others.size() * numbers_.size(), 0);
  Batch batch;
  for (const auto& [other, place] : others) {
    MOTE_ASSIGN_OR_RETURN(const Table table, source.Read({other, other + 1}, blobs));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(table.schema, 1, table.bytes));
    batch.values.clear();
    const absl::Status status = AppendRow(view, 0, columns, &batch);
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat("row=", other, ": ", status.message()));
    for (size_t i = 0; i < numbers_.size(); ++i) values_[place * numbers_.size() + i] = batch.values[numbers_[i]];
  }
  return absl::OkStatus();
}

void ShuffledNumbers::PutInto(Batch* batch) const {
  const auto width = static_cast<size_t>(batch->width);
  for (size_t row = 0; row < static_cast<size_t>(batch->rows); ++row) {
    for (size_t i = 0; i < numbers_.size(); ++i) {
      batch->values[row * width + numbers_[i]] = values_[row * numbers_.size() + i];
    }
  }
}

}  // namespace mote::engine
