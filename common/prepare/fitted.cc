#include "common/prepare/fitted.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/feature_names.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote {
namespace {

constexpr std::pair<ColumnKind, const char*> kKinds[] = {
    {ColumnKind::kNumber, "number"}, {ColumnKind::kCategory, "category"}, {ColumnKind::kOrdinal, "ordinal"},
    {ColumnKind::kHashed, "hashed"}, {ColumnKind::kLabel, "label"},       {ColumnKind::kOmitted, "omitted"}};
constexpr const char* kFates[] = {"clip", "missing", "drop"};

absl::StatusOr<ColumnKind> ParseKind(const std::string& text) {
  for (const auto& [kind, name] : kKinds) {
    if (text == name) return kind;
  }
  return absl::InvalidArgumentError(absl::StrCat("fitted: a column has the unknown kind \"", text, "\""));
}

void PutNumber(const FittedColumn& column, Json* json) {
  if (!column.drops_missing) (*json)["impute"] = column.impute_number;
  if (!column.drops_missing && column.approximate) (*json)["approximate"] = true;
  if (column.bounds) (*json)["bounds"] = {column.bounds->low, column.bounds->high};
  (*json)["min"] = column.min;
  (*json)["max"] = column.max;
  (*json)["mean"] = column.mean;
  (*json)["std"] = column.std;
  (*json)["center"] = column.center;
  (*json)["scale"] = column.scale;
}

Json ColumnJson(const FittedColumn& column) {
  Json json = {{"name", column.name}, {"kind", Name(column.kind)}, {"missing", column.missing}};
  if (column.kind == ColumnKind::kOmitted) json["reason"] = column.reason;
  if (column.drops_missing) json["drops_missing"] = true;
  if (column.width() == 0) return json;
  json["first_feature"] = column.first_feature;
  if (!column.bins.empty()) json["bins"] = column.bins.ToJson();
  if (column.kind == ColumnKind::kHashed) {
    json["buckets"] = column.buckets;
  } else if (column.kind == ColumnKind::kNumber) {
    PutNumber(column, &json);
  } else {
    json["categories"] = column.categories;
    if (!column.drops_missing) json["impute"] = column.impute_text;
  }
  return json;
}

void GetNumber(const Json& json, FittedColumn* column) {
  column->impute_number = json.value("impute", 0.0);
  column->approximate = json.value("approximate", false);
  if (json.contains("bounds"))
    column->bounds = {json["bounds"].at(0).get<double>(), json["bounds"].at(1).get<double>()};
  json.at("min").get_to(column->min);
  json.at("max").get_to(column->max);
  json.at("mean").get_to(column->mean);
  json.at("std").get_to(column->std);
  json.at("center").get_to(column->center);
  json.at("scale").get_to(column->scale);
}

absl::StatusOr<FittedColumn> ParseColumn(const Json& json) {
  FittedColumn column;
  column.name = json.at("name").get<std::string>();
  column.missing = json.at("missing").get<int64_t>();
  MOTE_ASSIGN_OR_RETURN(column.kind, ParseKind(json.at("kind").get<std::string>()));
  column.reason = json.value("reason", "");
  column.first_feature = json.value("first_feature", int64_t{0});
  column.drops_missing = json.value("drops_missing", false);
  if (json.contains("bins")) {
    MOTE_ASSIGN_OR_RETURN(column.bins, DriftBins::FromJson(json["bins"]));
  }
  if (column.kind == ColumnKind::kNumber) GetNumber(json, &column);
  if (column.kind == ColumnKind::kHashed) json.at("buckets").get_to(column.buckets);
  if (column.kind == ColumnKind::kCategory || column.kind == ColumnKind::kOrdinal) {
    json.at("categories").get_to(column.categories);
    column.impute_text = json.value("impute", "");
  }
  return column;
}

// Kernels number texts by their place: one that stood there twice would shift the others.
absl::Status CheckDifferent(std::vector<std::string> texts, const std::string& of) {
  std::sort(texts.begin(), texts.end());
  const auto twice = std::adjacent_find(texts.begin(), texts.end());
  if (twice == texts.end()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("fitted: \"", *twice, "\" is there twice among ", of));
}

absl::Status CheckFeatures(const Fitted& fitted) {
  MOTE_RETURN_IF_ERROR(CheckDifferent(fitted.classes, "the classes"));
  int64_t next = 0;
  for (const FittedColumn& column : fitted.columns) {
    if (column.width() > 0 && column.first_feature != next) {
      return absl::InvalidArgumentError(absl::StrCat("fitted: column \"", column.name, "\" starts at feature ",
                                                     column.first_feature, ", not ", next));
    }
    next += column.width();
    MOTE_RETURN_IF_ERROR(CheckDifferent(column.categories, absl::StrCat("the categories of \"", column.name, "\"")));
  }
  if (next == static_cast<int64_t>(fitted.features.size())) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("fitted: the columns have ", next, " features, ", fitted.features.size(), " are named"));
}

}  // namespace

const char* Name(ColumnKind kind) { return kKinds[static_cast<int>(kind)].second; }

int64_t FittedColumn::width() const {
  if (kind == ColumnKind::kNumber || kind == ColumnKind::kOrdinal) return 1;
  if (kind == ColumnKind::kHashed) return buckets;
  return kind == ColumnKind::kCategory ? static_cast<int64_t>(categories.size()) : 0;
}

bool Fitted::DropsRows() const {
  return std::any_of(columns.begin(), columns.end(), [this](const FittedColumn& column) {
    return column.drops_missing || (column.bounds && outliers == OutlierFate::kDrop);
  });
}

Json Fitted::ToJson(const PrepareOptions& options, const Json& parameters) const {
  Json json;
  json["columns"] = Json::array();
  for (const FittedColumn& column : columns) json["columns"].push_back(ColumnJson(column));
  json["label"] = {{"column", label}, {"classes", classes}};
  json["features"] = features;
  json["schema"] = FeatureDigest(features, classes);
  json["training_rows"] = training_rows;
  json["impute"] = Name(options.cleaning.impute.how);
  json["standardize"] = Name(options.cleaning.standardize);
  json["outliers"] = kFates[static_cast<int>(outliers)];
  json["parameters"] = parameters;
  return json;
}

absl::StatusOr<Fitted> Fitted::FromJson(const Json& json) {
  Fitted fitted;
  try {
    for (const Json& entry : json.at("columns")) {
      MOTE_ASSIGN_OR_RETURN(FittedColumn column, ParseColumn(entry));
      fitted.columns.push_back(std::move(column));
    }
    fitted.label = json.at("label").at("column").get<std::string>();
    fitted.classes = json.at("label").at("classes").get<std::vector<std::string>>();
    fitted.features = json.at("features").get<std::vector<std::string>>();
    fitted.training_rows = json.at("training_rows").get<int64_t>();
    const std::string fate = json.at("outliers").get<std::string>();
    const auto found = std::find(std::begin(kFates), std::end(kFates), fate);
    if (found == std::end(kFates)) return absl::InvalidArgumentError(absl::StrCat("fitted: outliers: \"", fate, "\""));
    fitted.outliers = static_cast<OutlierFate>(found - std::begin(kFates));
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("fitted: ", error.what()));
  }
  MOTE_RETURN_IF_ERROR(CheckFeatures(fitted));
  return fitted;
}

}  // namespace mote
