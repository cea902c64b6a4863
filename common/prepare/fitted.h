// What `prepare` learnt from the training rows, and applies to every row.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/json_fwd.h"
#include "common/prepare/options.h"

namespace mote {

enum class ColumnKind { kNumber, kCategory, kLabel, kOmitted };

struct FittedColumn {
  std::string name;
  ColumnKind kind = ColumnKind::kOmitted;
  std::string reason;                   // kOmitted: why
  int64_t missing = 0;                  // in the training rows
  bool approximate = false;             // the imputed number is one of a sketch, not exact
  double impute_number = 0;             // kNumber
  std::string impute_text;              // kCategory
  double min = 0, max = 0;              // kNumber: of the training rows, before imputation
  double mean = 0, std = 1;             // kNumber: after imputation; population, not sample
  std::vector<std::string> categories;  // kCategory: sorted by bytes
  int64_t first_feature = 0;            // index into x

  int64_t width() const;  // features of it
};

struct Fitted {
  std::vector<FittedColumn> columns;  // as in the file
  std::string label;
  std::vector<std::string> classes;   // sorted by bytes; `positive` last
  std::vector<std::string> features;  // names of x: "age", "purpose=car"
  int64_t training_rows = 0;

  // Canonical document of the output `fitted`; also what transforming kernels read.
  Json ToJson(const PrepareOptions& options) const;
  // InvalidArgument: not such a document.
  static absl::StatusOr<Fitted> FromJson(const Json& json);
};

}  // namespace mote
