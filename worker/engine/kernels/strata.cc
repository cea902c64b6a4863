#include "worker/engine/kernels/strata.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "worker/engine/row_source.h"

namespace mote::engine {
namespace {

constexpr int64_t kStrataRowsAtOnce = 4096;
// More rows than any table has; sums of it do not overflow.
constexpr int64_t kStratumRowsMax = int64_t{1} << 50;

absl::Status WrongCounts(std::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("split.stratify: ", std::string(what), "; the input is not the table that was counted"));
}

}  // namespace

Schema StrataSchema() { return {{{"task", DType::kI64, 1}, {"rows", DType::kI64, 1}, {"text", DType::kText, 1}}}; }

std::string_view StratumOf(const PrepareOptions& options, std::string_view cell) {
  return options.IsMissing(cell) ? std::string_view(options.missing.front()) : cell;
}

absl::Status TooManyStrata(const PrepareOptions& options) {
  return absl::InvalidArgumentError(absl::StrCat("split.stratify: column \"", options.stratify, "\" has more than ",
                                                 kStrataMax, " different values; name one of few, such as the label"));
}

absl::StatusOr<std::unique_ptr<Strata>> Strata::Open(const Value& counts, const PrepareOptions& options,
                                                     BlobSource& blobs) {
  MOTE_ASSIGN_OR_RETURN(const std::unique_ptr<RowSource> source, RowSource::Open(counts, blobs));
  const bool is_empty = source->dataset().schema.columns.empty();
  if (!is_empty && source->dataset().schema != StrataSchema()) return WrongCounts("the counts have other columns");
  auto strata = std::make_unique<Strata>();
  std::vector<int64_t> rows;
  std::string copy;
  for (int64_t begin = 0; begin < source->rows(); begin += kStrataRowsAtOnce) {
    const int64_t end = std::min(begin + kStrataRowsAtOnce, source->rows());
    MOTE_ASSIGN_OR_RETURN(const std::string_view bytes, source->View({begin, end}, blobs, &copy));
    MOTE_ASSIGN_OR_RETURN(const TableView view, TableView::Open(source->dataset().schema, end - begin, bytes));
    for (int64_t i = 0; i < view.rows(); ++i) {
      int64_t task = 0, count = 0;
      std::memcpy(&task, view.Cell(i, 0).data(), sizeof(task));
      std::memcpy(&count, view.Cell(i, 1).data(), sizeof(count));
      const size_t stratum = strata->texts_.Add(view.Text(i, 2));
      if (stratum == kStrataMax) return TooManyStrata(options);
      if (stratum == rows.size()) rows.push_back(0);
      const bool ascends = strata->entries_.empty() || task >= strata->entries_.back().task;
      if (!ascends || count < 1 || count > kStratumRowsMax - rows[stratum]) return WrongCounts("its counts are none");
      strata->entries_.push_back({task, rows[stratum], stratum});
      rows[stratum] += count;
    }
  }
  for (size_t i = 0; i < rows.size(); ++i) strata->splits_.emplace_back(options, strata->texts_[i], rows[i]);
  strata->places_.resize(rows.size());
  return strata;
}

void Strata::Seek(int64_t task) {
  // Of a class that the task has no row of, no place is asked for.
  std::fill(places_.begin(), places_.end(), INT64_MAX);
  const auto earlier = [](const Entry& entry, int64_t other) { return entry.task < other; };
  auto entry = std::lower_bound(entries_.begin(), entries_.end(), task, earlier);
  for (; entry != entries_.end() && entry->task == task; ++entry) places_[entry->stratum] = entry->before;
}

absl::StatusOr<int> Strata::Next(std::string_view stratum) {
  const size_t number = texts_.Find(stratum);
  if (number >= splits_.size()) return WrongCounts("a row has a value that was not counted");
  const int64_t place = places_[number];
  if (place >= splits_[number].rows()) return WrongCounts("there are more rows of a value than were counted");
  ++places_[number];
  return splits_[number].Of(place);
}

}  // namespace mote::engine
