// What `prepare` learnt from the training rows, and applies to every row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/prepare/drift_bins.h"
#include "common/prepare/options.h"

namespace mote {

// The label of a row that has none, or one that no training row has: only tables that are
// made by `apply` have such rows.
inline constexpr int64_t kUnknownClass = -1;

// kCategory is one-hot encoded, kOrdinal one number (the category's place; −1: unseen),
// kHashed one of `buckets` features.
enum class ColumnKind { kNumber, kCategory, kOrdinal, kHashed, kLabel, kOmitted };
const char* Name(ColumnKind kind);

// Numbers outside are outliers.
struct NumberBounds {
  double low = 0, high = 0;
  bool operator==(const NumberBounds&) const = default;
};

struct FittedColumn {
  std::string name;
  ColumnKind kind = ColumnKind::kOmitted;
  std::string reason;                   // kOmitted: why
  int64_t missing = 0;                  // in the training rows
  bool drops_missing = false;           // a row that misses its value is left out
  bool approximate = false;             // the imputed number is one of a sketch, not exact
  double impute_number = 0;             // kNumber
  std::string impute_text;              // kCategory, kOrdinal
  std::optional<NumberBounds> bounds;   // kNumber: outside lie outliers
  double min = 0, max = 0;              // kNumber: of the training rows without outliers, before imputation
  double mean = 0, std = 1;             // kNumber: after imputation; population, not sample
  double center = 0, scale = 1;         // kNumber: x = (value − center) / scale; scale 0: x = 0
  std::vector<std::string> categories;  // kCategory: sorted by bytes; kOrdinal: in their order
  int64_t buckets = 0;                  // kHashed
  DriftBins bins;                       // how the training rows' values are spread
  int64_t first_feature = 0;            // index into x

  int64_t width() const;  // features of it
  // kNumber: the feature of a row that has this value.
  float Scaled(double value) const { return scale == 0 ? 0.0F : static_cast<float>((value - center) / scale); }
};

struct Fitted {
  std::vector<FittedColumn> columns;  // as in the file
  std::string label;
  std::vector<std::string> classes;   // sorted by bytes; `positive` last
  std::vector<std::string> features;  // names of x: "age", "purpose=car"
  int64_t training_rows = 0;
  OutlierFate outliers = OutlierFate::kClip;  // what becomes of what lies outside bounds

  bool DropsRows() const;  // for their values

  // Canonical document of the output `fitted`; also what transforming kernels read. With
  // `parameters`, those of the stage, it can be applied to another table.
  Json ToJson(const PrepareOptions& options, const Json& parameters) const;
  // InvalidArgument: not such a document.
  static absl::StatusOr<Fitted> FromJson(const Json& json);
};

}  // namespace mote
