// What became of the rows: the counts behind the output `quality`.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/bytes.h"
#include "common/json_fwd.h"
#include "common/prepare/fitted.h"

namespace mote {

// Why a row is in no split although its index belongs to one.
enum class DropReason { kMisfit, kNoLabel, kUnknownLabel, kMissingValue, kOutlier };
inline constexpr int kDropReasons = 5;
// For people.
const char* Text(DropReason reason);

// Drift is measured while all columns' bins of all tables are at most so many: partials
// are small.
inline constexpr int64_t kDriftBinsMax = 6000;

struct Dropped {
  static constexpr size_t kLinesMax = 5;
  int64_t rows = 0;
  std::vector<int64_t> lines;  // of the file: the first few, ascending
  bool operator==(const Dropped&) const = default;
};

struct ColumnQuality {
  int64_t missing = 0;        // values that the file does not have, of all rows of the splits but ragged ones
  int64_t imputed = 0;        // missing values filled in, of the rows that were kept
  int64_t not_numbers = 0;    // of these: texts in a column of numbers
  int64_t unseen = 0;         // categories that no training row has: all zeros in x, or −1; of the label: unknown
  int64_t outliers = 0;       // that were clipped or taken for missing
  std::vector<int64_t> bins;  // of the first table, of the second, …; empty: not counted
  bool operator==(const ColumnQuality&) const = default;
};

struct Quality {
  int64_t rows_read = 0;
  int64_t unassigned = 0;  // rows whose index belongs to no split
  std::array<Dropped, kDropReasons> dropped;
  std::vector<ColumnQuality> columns;

  bool operator==(const Quality&) const = default;
  void Drop(DropReason reason, int64_t line);
  // `other` is of later rows. InvalidArgument: another number of columns.
  absl::Status Merge(const Quality& other);
  void Encode(std::string* out) const;
  static absl::StatusOr<Quality> Decode(ByteReader& reader);
  // Counters for the columns, and for their bins where there are not too many.
  static Quality For(const Fitted& fitted, size_t tables);
  // How far the column's values in table `table` are from the training rows'; nullopt:
  // not counted, or no bins are known.
  std::optional<double> Drift(const Fitted& fitted, size_t column, size_t table) const;

  // {"rows": {read, kept: {train: n, …}, dropped, unassigned},
  //  "dropped": [{reason, rows, first_lines}], "columns": [{name, kind, …, drift}]}
  // `names` are those of the tables. Drift is told of all but the training rows' table.
  Json ToJson(const Fitted& fitted, const std::vector<std::string>& names, const Json& kept) const;

  // InvalidArgument: a limit is exceeded; names it, the column, and by how much, for the
  // first few.
  absl::Status Check(const QualityLimits& limits, const Fitted& fitted, const std::vector<std::string>& names) const;
};

}  // namespace mote
