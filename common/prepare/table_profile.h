// Statistics of the training rows of a table: what `prepare` fits from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "common/prepare/value_counts.h"

namespace mote {

// Encoded profiles stay below this, so that the coordinator can fold them.
inline constexpr int64_t kProfileBytesMax = 60 << 10;

// Count, mean and squared deviations, merged as by Chan, Golub and LeVeque (1983).
struct Moments {
  int64_t count = 0;
  double mean = 0;
  double m2 = 0;  // Σ (x − mean)²
  double min = 0;
  double max = 0;

  bool operator==(const Moments&) const = default;
  void Add(double x);
  void Merge(const Moments& other);
};

struct ColumnProfile {
  std::string_view name;
  bool pinned = false;  // its distinct texts are needed: never degraded for want of room
  int64_t missing = 0;
  int64_t not_numbers = 0;  // present, but no finite number
  Moments numbers;          // of those that are
  ValueCounts values;       // of all that are present

  bool operator==(const ColumnProfile&) const = default;
  int64_t present() const { return numbers.count + not_numbers; }
  // Every value of the training rows is a number.
  bool numeric() const { return not_numbers == 0 && numbers.count > 0; }
  // InvalidArgument: another column.
  absl::Status Merge(const ColumnProfile& other);
  void Encode(std::string* out) const;
  static absl::StatusOr<ColumnProfile> Decode(std::string_view bytes, size_t* used);
};

// A plain value; views point into what it was decoded or built from.
struct TableProfile {
  int64_t rows_read = 0;      // of the table, whatever split they belong to
  int64_t training_rows = 0;  // that the statistics are of
  std::vector<ColumnProfile> columns;

  bool operator==(const TableProfile&) const = default;
  // InvalidArgument: other columns.
  absl::Status Merge(const TableProfile& other);

  // At most kProfileBytesMax bytes: while it is more, the column whose values need
  // most room goes one rung up (the first among equals), pinned ones last. So it
  // depends on the content alone.
  //
  // InvalidArgument: too many columns, or pinned ones with too long texts.
  absl::Status EncodeBounded(std::string* out);

  // InvalidArgument: not an encoded profile.
  static absl::StatusOr<TableProfile> Decode(std::string_view bytes);
};

}  // namespace mote
