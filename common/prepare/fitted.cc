#include "common/prepare/fitted.h"

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"

namespace mote {
namespace {

const char* KindName(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::kNumber:
      return "number";
    case ColumnKind::kCategory:
      return "category";
    case ColumnKind::kLabel:
      return "label";
    case ColumnKind::kOmitted:
      return "omitted";
  }
  return "unknown";
}

absl::StatusOr<ColumnKind> ParseKind(const std::string& name) {
  for (const ColumnKind kind : {ColumnKind::kNumber, ColumnKind::kCategory, ColumnKind::kLabel, ColumnKind::kOmitted}) {
    if (name == KindName(kind)) return kind;
  }
  return absl::InvalidArgumentError(absl::StrCat("fitted: a column has the unknown kind \"", name, "\""));
}

Json ColumnJson(const FittedColumn& column, const PrepareOptions& options) {
  Json json = {{"name", column.name}, {"kind", KindName(column.kind)}, {"missing", column.missing}};
  if (column.kind == ColumnKind::kOmitted) json["reason"] = column.reason;
  if (column.kind == ColumnKind::kLabel || column.kind == ColumnKind::kOmitted) return json;
  json["first_feature"] = column.first_feature;
  const bool imputes = options.impute != Impute::kDrop;
  if (column.kind == ColumnKind::kCategory) {
    json["categories"] = column.categories;
    if (imputes) json["impute"] = column.impute_text;
    return json;
  }
  if (imputes) json["impute"] = column.impute_number;
  if (imputes && column.approximate) json["approximate"] = true;
  json["min"] = column.min;
  json["max"] = column.max;
  json["mean"] = column.mean;
  json["std"] = column.std;
  return json;
}

absl::StatusOr<FittedColumn> ParseColumn(const Json& json) {
  FittedColumn column;
  column.name = json.at("name").get<std::string>();
  column.missing = json.at("missing").get<int64_t>();
  absl::StatusOr<ColumnKind> kind = ParseKind(json.at("kind").get<std::string>());
  if (!kind.ok()) return kind.status();
  column.kind = *kind;
  column.reason = json.value("reason", "");
  column.first_feature = json.value("first_feature", int64_t{0});
  if (column.kind == ColumnKind::kCategory) {
    column.categories = json.at("categories").get<std::vector<std::string>>();
    column.impute_text = json.value("impute", "");
  } else if (column.kind == ColumnKind::kNumber) {
    column.impute_number = json.value("impute", 0.0);
    column.approximate = json.value("approximate", false);
    column.min = json.at("min").get<double>();
    column.max = json.at("max").get<double>();
    column.mean = json.at("mean").get<double>();
    column.std = json.at("std").get<double>();
  }
  return column;
}

absl::Status CheckFeatures(const Fitted& fitted) {
  int64_t next = 0;
  for (const FittedColumn& column : fitted.columns) {
    if (column.width() > 0 && column.first_feature != next) {
      return absl::InvalidArgumentError(absl::StrCat("fitted: column \"", column.name, "\" starts at feature ",
                                                     column.first_feature, ", not ", next));
    }
    next += column.width();
  }
  if (next == static_cast<int64_t>(fitted.features.size())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("fitted: the columns have ", next, " features, ", fitted.features.size(), " are named"));
}

}  // namespace

int64_t FittedColumn::width() const {
  if (kind == ColumnKind::kNumber) return 1;
  return kind == ColumnKind::kCategory ? static_cast<int64_t>(categories.size()) : 0;
}

Json Fitted::ToJson(const PrepareOptions& options) const {
  static constexpr const char* kImpute[] = {"median", "mean", "mode", "drop"};
  Json json;
  json["columns"] = Json::array();
  for (const FittedColumn& column : columns) json["columns"].push_back(ColumnJson(column, options));
  json["label"] = {{"column", label}, {"classes", classes}};
  json["features"] = features;
  json["schema"] = FeatureDigest(features, classes);
  json["training_rows"] = training_rows;
  json["impute"] = kImpute[static_cast<int>(options.impute)];
  json["standardize"] = options.z_score ? "z_score" : "off";
  return json;
}

absl::StatusOr<Fitted> Fitted::FromJson(const Json& json) {
  Fitted fitted;
  try {
    for (const Json& entry : json.at("columns")) {
      absl::StatusOr<FittedColumn> column = ParseColumn(entry);
      if (!column.ok()) return column.status();
      fitted.columns.push_back(*std::move(column));
    }
    fitted.label = json.at("label").at("column").get<std::string>();
    fitted.classes = json.at("label").at("classes").get<std::vector<std::string>>();
    fitted.features = json.at("features").get<std::vector<std::string>>();
    fitted.training_rows = json.at("training_rows").get<int64_t>();
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("fitted: ", error.what()));
  }
  if (absl::Status status = CheckFeatures(fitted); !status.ok()) return status;
  return fitted;
}

}  // namespace mote
