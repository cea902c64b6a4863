// What train asks of its tables: features x and a label.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "common/output.h"

namespace mote::coordinator {

inline constexpr char kTrainFeatures[] = "x";
inline constexpr char kTrainLabel[] = "label";

struct TrainTable {
  int64_t width = 0;                  // of x
  std::vector<std::string> features;  // names of its elements; empty: not known
  std::vector<std::string> classes;   // names by label; empty: not known

  // `name`: "input", "validate", for messages.
  //
  //   InvalidArgument  the table lacks x:f32 or label:i64, or has no rows
  static absl::StatusOr<TrainTable> Open(const Output& table, std::string_view name);

  // InvalidArgument: `validate` has other features; names them.
  absl::Status CheckValidate(const TrainTable& validate) const;
};

}  // namespace mote::coordinator
