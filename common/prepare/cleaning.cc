#include "common/prepare/cleaning.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/json.h"
#include "common/prepare/invalid.h"
#include "common/prepare/scalar_text.h"
#include "common/status_macros.h"
#include "common/suggest.h"

namespace mote {
namespace {

constexpr int64_t kBucketsMax = 1 << 16;

// The place of `given` among `known`.
absl::StatusOr<int> PlaceOf(const std::string& given, const std::vector<std::string>& known, const std::string& path) {
  const auto found = std::find(known.begin(), known.end(), given);
  if (found != known.end()) return static_cast<int>(found - known.begin());
  return Invalid(
      absl::StrCat(path, ": \"", given, "\" is not one of ", absl::StrJoin(known, ", "), DidYouMean(given, known)));
}

const std::vector<std::string>& ImputeNames() {
  static const auto* const names = new std::vector<std::string>{"median", "mean", "mode", "drop"};
  return *names;
}

// "median", or {constant: 0}.
absl::StatusOr<Imputation> ParseImputation(const Json& value, const std::string& path) {
  if (value.is_object() && value.size() == 1 && value.contains("constant")) {
    MOTE_ASSIGN_OR_RETURN(std::string constant, ScalarText(value["constant"], path + ".constant"));
    return Imputation{Impute::kConstant, std::move(constant)};
  }
  if (!value.is_string()) {
    return Invalid(absl::StrCat(path, ": ", value.dump(), " is not ", absl::StrJoin(ImputeNames(), ", "),
                                " or {constant: value}"));
  }
  MOTE_ASSIGN_OR_RETURN(const int place, PlaceOf(value.get<std::string>(), ImputeNames(), path));
  return Imputation{static_cast<Impute>(place)};
}

// One rule for all, or {default: median, columns: {age: mean}}.
absl::Status ParseImpute(const Json& value, Cleaning* cleaning) {
  const bool by_column = value.is_object() && !value.contains("constant");
  if (!by_column) {
    MOTE_ASSIGN_OR_RETURN(cleaning->impute, ParseImputation(value, "impute"));
    return absl::OkStatus();
  }
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(value, {"default", "columns"}, "impute")));
  if (value.contains("default")) {
    MOTE_ASSIGN_OR_RETURN(cleaning->impute, ParseImputation(value["default"], "impute.default"));
  }
  if (!value.contains("columns")) return absl::OkStatus();
  if (!value["columns"].is_object()) return Invalid("impute.columns: is not a map of columns to rules");
  for (const auto& [column, rule] : value["columns"].items()) {
    MOTE_ASSIGN_OR_RETURN(cleaning->impute_columns[column], ParseImputation(rule, "impute.columns." + column));
  }
  return absl::OkStatus();
}

absl::Status ParseOutliers(const Json& value, Outliers* outliers) {
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(value, {"iqr", "z_score", "then", "columns"}, "outliers")));
  if (value.contains("iqr") == value.contains("z_score")) {
    return Invalid("outliers: set one of iqr (such as 1.5) and z_score (such as 3)");
  }
  const std::string rule = value.contains("iqr") ? "iqr" : "z_score";
  const Json& k = value[rule];
  if (!k.is_number() || !(k.get<double>() > 0)) {
    return Invalid(absl::StrCat("outliers.", rule, ": ", k.dump(), " is not a number above 0"));
  }
  outliers->rule = rule == "iqr" ? OutlierRule::kIqr : OutlierRule::kZScore;
  outliers->k = k.get<double>();
  if (value.contains("then")) {
    MOTE_ASSIGN_OR_RETURN(const std::string then, ScalarText(value["then"], "outliers.then"));
    MOTE_ASSIGN_OR_RETURN(const int place, PlaceOf(then, {"clip", "missing", "drop"}, "outliers.then"));
    outliers->fate = static_cast<OutlierFate>(place);
  }
  if (!value.contains("columns")) return absl::OkStatus();
  MOTE_ASSIGN_OR_RETURN(outliers->columns, TextList(value["columns"], "outliers.columns"));
  return absl::OkStatus();
}

absl::StatusOr<Standardize> ParseStandardize(const Json& value) {
  if (value == true) return Standardize::kZScore;
  if (value == false) return Standardize::kOff;
  if (!value.is_string()) return Invalid(absl::StrCat("standardize: ", value.dump(), " is not a rule's name"));
  MOTE_ASSIGN_OR_RETURN(const int place,
                        PlaceOf(value.get<std::string>(), {"z_score", "min_max", "robust", "off"}, "standardize"));
  return static_cast<Standardize>(place);
}

// A list of columns, or {size: [small, large]}.
absl::Status ParseOrdinal(const Json& value, Cleaning* cleaning) {
  if (value.is_array()) {
    MOTE_ASSIGN_OR_RETURN(const std::vector<std::string> columns, TextList(value, "ordinal"));
    for (const std::string& column : columns) cleaning->ordinal[column];
    return absl::OkStatus();
  }
  if (!value.is_object()) return Invalid("ordinal: is neither a list of columns nor a map of columns to their order");
  for (const auto& [column, order] : value.items()) {
    const std::string path = "ordinal." + column;
    MOTE_ASSIGN_OR_RETURN(std::vector<std::string> texts, TextList(order, path));
    std::vector<std::string> sorted = texts;
    std::sort(sorted.begin(), sorted.end());
    if (texts.empty() || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
      return Invalid(absl::StrCat(path, ": ", order.dump(), " is empty, or names a category twice"));
    }
    cleaning->ordinal[column] = std::move(texts);
  }
  return absl::OkStatus();
}

absl::Status ParseHash(const Json& value, Cleaning* cleaning) {
  for (const auto& [column, buckets] : value.items()) {
    if (!buckets.is_number_integer() || buckets < 1 || buckets > kBucketsMax) {
      return Invalid(
          absl::StrCat("hash.", column, ": ", buckets.dump(), " is not a number of features, 1 to ", kBucketsMax));
    }
    cleaning->hash[column] = buckets.get<int64_t>();
  }
  return absl::OkStatus();
}

}  // namespace

bool Outliers::Names(std::string_view column) const {
  if (rule == OutlierRule::kNone) return false;
  return columns.empty() || std::find(columns.begin(), columns.end(), column) != columns.end();
}

absl::StatusOr<Cleaning> Cleaning::Parse(const Params& params) {
  Cleaning cleaning;
  MOTE_RETURN_IF_ERROR(ParseImpute(*params.Find("impute"), &cleaning));
  if (const Json* outliers = params.Find("outliers"))
    MOTE_RETURN_IF_ERROR(ParseOutliers(*outliers, &cleaning.outliers));
  MOTE_ASSIGN_OR_RETURN(cleaning.standardize, ParseStandardize(*params.Find("standardize")));
  if (const Json* ordinal = params.Find("ordinal")) MOTE_RETURN_IF_ERROR(ParseOrdinal(*ordinal, &cleaning));
  if (const Json* hash = params.Find("hash")) MOTE_RETURN_IF_ERROR(ParseHash(*hash, &cleaning));
  MOTE_ASSIGN_OR_RETURN(cleaning.numbers, TextList(*params.Find("numbers"), "numbers"));
  return cleaning;
}

const Imputation& Cleaning::ImputationOf(std::string_view column) const {
  const auto found = impute_columns.find(column);
  return found == impute_columns.end() ? impute : found->second;
}

bool Cleaning::IsNumbers(std::string_view column) const {
  return std::find(numbers.begin(), numbers.end(), column) != numbers.end();
}

std::vector<std::pair<std::string, std::string>> Cleaning::NamedColumns() const {
  std::vector<std::pair<std::string, std::string>> named;
  for (const auto& [column, rule] : impute_columns) named.emplace_back("impute.columns", column);
  for (const std::string& column : outliers.columns) named.emplace_back("outliers.columns", column);
  for (const auto& [column, order] : ordinal) named.emplace_back("ordinal", column);
  for (const auto& [column, buckets] : hash) named.emplace_back("hash", column);
  for (const std::string& column : numbers) named.emplace_back("numbers", column);
  return named;
}

const char* Name(Impute impute) {
  static constexpr const char* kNames[] = {"median", "mean", "mode", "drop", "constant"};
  return kNames[static_cast<int>(impute)];
}

const char* Name(Standardize standardize) {
  static constexpr const char* kNames[] = {"z_score", "min_max", "robust", "off"};
  return kNames[static_cast<int>(standardize)];
}

int64_t HashBucket(std::string_view text, int64_t buckets) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
  hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
  return static_cast<int64_t>((hash ^ hash >> 31) % static_cast<uint64_t>(buckets));
}

absl::StatusOr<QualityLimits> QualityLimits::Parse(const Params& params) {
  QualityLimits limits;
  const Json* const given = params.Find("quality");
  if (given == nullptr) return limits;
  const std::pair<const char*, std::optional<double>*> fields[] = {{"max_missing", &limits.max_missing},
                                                                   {"max_dropped", &limits.max_dropped},
                                                                   {"max_outliers", &limits.max_outliers},
                                                                   {"max_unseen", &limits.max_unseen},
                                                                   {"max_drift", &limits.max_drift}};
  std::vector<std::string> known;
  for (const auto& [name, field] : fields) known.emplace_back(name);
  MOTE_RETURN_IF_ERROR(ToStatus(CheckKeys(*given, known, "quality")));
  for (const auto& [name, field] : fields) {
    if (!given->contains(name)) continue;
    const Json& value = (*given)[name];
    if (!value.is_number() || !(value.get<double>() >= 0)) {
      return Invalid(absl::StrCat("quality.", name, ": ", value.dump(), " is not a number from 0"));
    }
    *field = value.get<double>();
  }
  return limits;
}

}  // namespace mote
