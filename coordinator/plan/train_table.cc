#include "coordinator/plan/train_table.h"

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/status_macros.h"
#include "coordinator/plan/rows.h"

namespace mote::coordinator {

absl::StatusOr<TrainTable> TrainTable::Open(const Output& table, std::string_view name) {
  MOTE_ASSIGN_OR_RETURN(const Schema schema, TableSchema(table, name));
  const auto x = schema.Find(kTrainFeatures);
  const auto label = schema.Find(kTrainLabel);
  if (!x.has_value() || !label.has_value() || schema.columns[*x].dtype != DType::kF32 ||
      schema.columns[*label].dtype != DType::kI64 || schema.columns[*label].width != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        std::string(name), ": has columns ", schema.ToString(),
        "; train needs x:f32[…] and label:i64, as a prepare stage with a label yields, or zip of files of numbers"));
  }
  if (table.rows < 1) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(name), ": has no rows; give it a larger split"));
  }
  return TrainTable{schema.columns[*x].width, FeatureNames(schema, {kTrainFeatures}), schema.columns[*label].classes};
}

absl::Status TrainTable::CheckValidate(const TrainTable& validate) const {
  if (validate.width != width) {
    return absl::InvalidArgumentError(absl::StrCat("validate: x has ", validate.width, " features and the input's has ",
                                                   width, "; take both from one prepare stage"));
  }
  const std::string difference = FeatureDifference(features, validate.features);
  if (difference.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("validate: the model would not fit it: ", difference, "; take both from one prepare stage"));
}

}  // namespace mote::coordinator
