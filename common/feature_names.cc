#include "common/feature_names.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/digest.h"
#include "common/json.h"

namespace mote {
namespace {

constexpr size_t kShownMax = 5;

// Those of `names` that `others` lacks: quoted, of many only the first.
std::string NotAmong(const std::vector<std::string>& names, const std::vector<std::string>& others) {
  const std::set<std::string> known(others.begin(), others.end());
  std::string text;
  size_t count = 0;
  for (const std::string& name : names) {
    if (known.contains(name)) continue;
    if (++count <= kShownMax) absl::StrAppend(&text, text.empty() ? "" : ", ", "\"", name, "\"");
  }
  if (count > kShownMax) absl::StrAppend(&text, " and ", count - kShownMax, " more");
  return text;
}

}  // namespace

std::vector<std::string> CarriedFeatures(const std::vector<std::string>& features) {
  int64_t bytes = 0;
  for (const std::string& name : features) bytes += static_cast<int64_t>(sizeof(uint32_t) + name.size());
  return bytes <= kFeatureNamesBytesMax ? features : std::vector<std::string>();
}

std::vector<std::string> FeatureNames(const Schema& schema, const std::vector<std::string>& columns) {
  std::vector<std::string> names;
  for (const std::string& name : columns) {
    const std::optional<size_t> found = schema.Find(name);
    if (!found.has_value()) return {};
    const Column& column = schema.columns[*found];
    if (column.width == 1 && column.dtype != DType::kF32) {
      names.push_back(name);  // its names, if any, are those of classes
    } else if (column.classes.empty() && column.width == 1) {
      names.push_back(name);
    } else if (static_cast<int64_t>(column.classes.size()) == column.width) {
      names.insert(names.end(), column.classes.begin(), column.classes.end());
    } else {
      return {};
    }
  }
  return names;
}

std::string FeatureDigest(const std::vector<std::string>& features, const std::vector<std::string>& classes) {
  return Sha256(Json{{"classes", classes}, {"features", features}}.dump()).Hex();
}

std::string FeatureDifference(const std::vector<std::string>& trained, const std::vector<std::string>& given) {
  if (trained.empty() || given.empty() || trained == given) return "";
  const std::string lacking = NotAmong(trained, given), other = NotAmong(given, trained);
  if (!lacking.empty() || !other.empty()) {
    std::string text = lacking.empty() ? "" : absl::StrCat("it was trained on ", lacking, ", which the input lacks");
    if (!other.empty()) {
      absl::StrAppend(&text, text.empty() ? "" : "; ", "the input has ", other, ", which the model does not know");
    }
    return text;
  }
  const auto [first, second] = std::mismatch(trained.begin(), trained.end(), given.begin(), given.end());
  return absl::StrCat("its features are in another order: feature ", first - trained.begin(), " is ",
                      first == trained.end() ? "missing" : absl::StrCat("\"", *first, "\""), ", in the input ",
                      second == given.end() ? "missing" : absl::StrCat("\"", *second, "\""));
}

}  // namespace mote
