#include "common/json_params.h"

#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "common/artifact.h"
#include "common/check.h"
#include "common/json.h"
#include "common/suggest.h"

namespace mote {
namespace {

// Beyond these a double does not hold every integer.
constexpr double kExactMax = 0x1p53;
constexpr size_t kShownBytesMax = 60;

// A value as messages show it.
std::string Show(const Json& value) {
  std::string text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kShownBytesMax) text = absl::StrCat(text.substr(0, kShownBytesMax), "…");
  return text;
}

std::string Join(std::string_view path, std::string_view key) {
  return absl::StrCat(std::string(path), path.empty() ? "" : ".", std::string(key));
}

// 3.0 → 3: numbers that crossed a protobuf Struct are all floating point.
void ToInteger(Json& value) {
  if (!value.is_number_float()) return;
  const double number = value.get<double>();
  if (std::abs(number) <= kExactMax && number == std::trunc(number)) value = static_cast<int64_t>(number);
}

void ToIntegersEverywhere(Json& value) {
  ToInteger(value);
  if (!value.is_structured()) return;
  for (Json& element : value) ToIntegersEverywhere(element);
}

bool FitsInt64(const Json& value) {
  if (!value.is_number_integer()) return false;
  return !value.is_number_unsigned() ||
         value.get<uint64_t>() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
}

std::optional<std::string> Expect(bool fits, std::string_view what, const Json& value) {
  if (fits) return std::nullopt;
  return absl::StrCat("expected ", std::string(what), ", got ", Show(value));
}

std::optional<std::string> CheckDuration(const Json& value) {
  constexpr std::string_view kExpected = "a duration such as \"50ms\" or \"1m30s\"";
  absl::Duration duration;
  if (!value.is_string() || !absl::ParseDuration(value.get<std::string>(), &duration)) {
    return Expect(false, kExpected, value);
  }
  const bool fits = duration >= absl::ZeroDuration() && duration < absl::InfiniteDuration();
  return Expect(fits, "a duration that is finite and not negative", value);
}

std::optional<std::string> CheckFile(const Json& value) {
  const bool form = value.is_object() && value.contains("artifact") && value["artifact"].is_string();
  if (!form) return Expect(false, "a file ({path: …} in the job file)", value);
  for (const auto& [key, field] : value.items()) {
    const bool known = (key == "artifact" || key == "name") && field.is_string();
    if (!known) return absl::StrCat("a file has artifact and name, both text; got ", Show(value));
  }
  const auto artifact = ArtifactRef::Parse(value["artifact"].get<std::string>());
  if (!artifact.ok()) return std::string(artifact.status().message());
  return std::nullopt;
}

std::optional<std::string> CheckFiles(const Json& value) {
  if (!value.is_array()) return Expect(false, "a list of files", value);
  for (const Json& file : value) {
    if (std::optional<std::string> problem = CheckFile(file)) return problem;
  }
  return std::nullopt;
}

std::optional<std::string> CheckReferences(const Json& value) {
  constexpr std::string_view kExpected = "a list of names of inputs or of stages' outputs, such as [fit.model]";
  if (!value.is_array() || value.empty()) return Expect(false, kExpected, value);
  for (const Json& name : value) {
    if (!name.is_string() || name.get_ref<const std::string&>().empty()) return Expect(false, kExpected, value);
  }
  return std::nullopt;
}

// What is wrong with `value` as a parameter of `kind`; makes it canonical.
std::optional<std::string> CheckValue(Parameter::Kind kind, Json& value) {
  switch (kind) {
    case Parameter::Kind::kInteger:
      ToInteger(value);
      return Expect(FitsInt64(value), "an integer", value);
    case Parameter::Kind::kNumber:
      if (value.is_number_integer()) value = value.get<double>();
      return Expect(value.is_number() && std::isfinite(value.get<double>()), "a finite number", value);
    case Parameter::Kind::kText:
      return Expect(value.is_string(), value.is_primitive() ? "text (put it in quotes)" : "text", value);
    case Parameter::Kind::kFlag:
      return Expect(value.is_boolean(), "true or false", value);
    case Parameter::Kind::kDuration:
      return CheckDuration(value);
    case Parameter::Kind::kReference:
      return Expect(value.is_string() && !value.get_ref<const std::string&>().empty(),
                    "the name of an input or of a stage's output, such as clean.train", value);
    case Parameter::Kind::kReferences:
      return CheckReferences(value);
    case Parameter::Kind::kFile:
      return CheckFile(value);
    case Parameter::Kind::kFiles:
      return CheckFiles(value);
    case Parameter::Kind::kList:
      ToIntegersEverywhere(value);
      return Expect(value.is_array(), "a list", value);
    case Parameter::Kind::kObject:
      ToIntegersEverywhere(value);
      return Expect(value.is_object(), "an object of keys and values", value);
    case Parameter::Kind::kModel:
      return Expect(value.is_string() || value.is_object(), "stage.model or one file: {torchscript: {path: model.pt}}",
                    value);
    case Parameter::Kind::kAny:
      ToIntegersEverywhere(value);
      return std::nullopt;
  }
  return std::nullopt;
}

std::optional<Violation> CheckParameter(const Parameter& declared, Json& parameters) {
  auto given = parameters.find(declared.name);
  if (given != parameters.end() && given->is_null()) {
    parameters.erase(given);
    given = parameters.end();
  }
  if (given == parameters.end()) {
    if (!declared.default_value.empty()) {
      const Json value = Json::parse(declared.default_value, nullptr, false);
      MOTE_CHECK(!value.is_discarded(), "a declared default is not JSON");
      given = parameters.emplace(declared.name, value).first;
    } else if (declared.optional) {
      return std::nullopt;
    } else {
      return Violation{declared.name, absl::StrCat("\"", declared.name, "\" is required: ", declared.summary)};
    }
  }
  if (given->is_null()) return std::nullopt;  // a default of null stands for "none"
  if (std::optional<std::string> problem = CheckValue(declared.kind, *given)) {
    return Violation{declared.name, *std::move(problem)};
  }
  return std::nullopt;
}

}  // namespace

std::vector<Violation> CheckParameters(const std::vector<Parameter>& declared, Json* parameters) {
  if (parameters->is_null()) *parameters = Json::object();
  std::vector<std::string> names;
  for (const Parameter& parameter : declared) names.push_back(parameter.name);
  std::vector<Violation> violations = CheckKeys(*parameters, names, "");
  if (!parameters->is_object()) return violations;
  for (const Parameter& parameter : declared) {
    if (std::optional<Violation> violation = CheckParameter(parameter, *parameters)) {
      violations.push_back(*std::move(violation));
    }
  }
  return violations;
}

std::vector<Violation> CheckKeys(const Json& object, const std::vector<std::string>& known, std::string_view path) {
  if (!object.is_object()) {
    return {{std::string(path), absl::StrCat("expected an object of keys and values, got ", Show(object))}};
  }
  std::vector<Violation> violations;
  for (const auto& [key, value] : object.items()) {
    bool found = false;
    for (const std::string& name : known) found = found || name == key;
    if (found) continue;
    std::string remedy = DidYouMean(key, known);
    if (remedy.empty()) remedy = absl::StrCat("; known: ", known.empty() ? "none" : absl::StrJoin(known, ", "));
    violations.push_back({Join(path, key), absl::StrCat("unknown parameter ", Show(key), remedy)});
  }
  return violations;
}

absl::Status ToStatus(const std::vector<Violation>& violations) {
  if (violations.empty()) return absl::OkStatus();
  std::string text;
  for (const Violation& violation : violations) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", violation.path, violation.path.empty() ? "" : ": ",
                    violation.message);
  }
  return absl::InvalidArgumentError(text);
}

Params::Params(const Json& object) : object_(object) { MOTE_CHECK(object.is_object(), "parameters are not an object"); }

const Json* Params::Find(std::string_view name) const {
  const auto found = object_.find(std::string(name));
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const Json& Params::Require(std::string_view name) const {
  const Json* value = Find(name);
  MOTE_CHECK(value != nullptr, "a parameter that was read is missing");
  return *value;
}

int64_t Params::Integer(std::string_view name) const {
  Json value = Require(name);
  ToInteger(value);
  MOTE_CHECK(FitsInt64(value), "a parameter that was read as an integer is none");
  return value.get<int64_t>();
}

double Params::Number(std::string_view name) const {
  const Json& value = Require(name);
  MOTE_CHECK(value.is_number(), "a parameter that was read as a number is none");
  return value.get<double>();
}

std::string Params::Text(std::string_view name) const {
  const Json& value = Require(name);
  MOTE_CHECK(value.is_string(), "a parameter that was read as text is none");
  return value.get<std::string>();
}

bool Params::Flag(std::string_view name) const {
  const Json& value = Require(name);
  MOTE_CHECK(value.is_boolean(), "a parameter that was read as a flag is none");
  return value.get<bool>();
}

absl::Duration Params::Duration(std::string_view name) const {
  absl::Duration duration;
  MOTE_CHECK(absl::ParseDuration(Text(name), &duration), "a parameter that was read as a duration is none");
  return duration;
}

}  // namespace mote
