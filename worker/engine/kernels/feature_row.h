// One row of a table turned into features, as was fitted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/dataset.h"
#include "common/prepare/cell.h"
#include "common/prepare/fitted.h"
#include "common/prepare/quality.h"
#include "worker/engine/kernels/prepare_rows.h"

namespace mote::engine {

// Names to places, keyed by views into the names.
using Places = absl::flat_hash_map<absl::string_view, int64_t>;
Places PlacesOf(const std::vector<std::string>& names);
std::optional<int64_t> Find(const Places& places, std::string_view name);

// Where each fitted column that makes features lies among the table's; SIZE_MAX for
// the others.
//
// InvalidArgument: the table lacks some; names them and what may have been meant.
absl::StatusOr<std::vector<size_t>> MatchColumns(const Fitted& fitted, const Dataset& dataset);

// Not thread-safe. `fitted` and `rows` must outlive it.
class FeatureRow {
 public:
  FeatureRow(const Fitted& fitted, const PrepareRows& rows, std::vector<size_t> columns);

  // Why the row that `rows` stands at is to be left out; nullopt: it is not.
  std::optional<DropReason> Drops() const;
  // Sets x() from the row, and counts what was done in `quality`; the row belongs to
  // table `table`.
  void Fill(size_t table, Quality* quality);
  const std::vector<float>& x() const { return x_; }

 private:
  void FillNumber(size_t i, size_t table, ColumnQuality* quality);
  void FillCategory(size_t i, size_t table, ColumnQuality* quality);
  void FillHashed(size_t i, ColumnQuality* quality);
  void CountBin(size_t i, size_t table, int64_t bin, ColumnQuality* quality) const;
  std::string_view Cell(size_t i) const { return Trim(rows_.Cell(columns_[i])); }

  const Fitted& fitted_;
  const PrepareRows& rows_;
  const std::vector<size_t> columns_;  // of the table, by fitted column
  const bool drops_rows_;
  std::vector<size_t> numbers_, categories_, hashed_;  // fitted columns
  std::vector<Places> places_;                         // of categories, by fitted column
  std::vector<std::vector<int64_t>> bins_;             // of each category, by fitted column
  std::vector<float> x_;
};

}  // namespace mote::engine
