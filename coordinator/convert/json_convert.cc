#include "coordinator/convert/json_convert.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/json.h"
#include "common/status_macros.h"

namespace mote::coordinator {
namespace {

using google::protobuf::Struct;
using ProtoValue = google::protobuf::Value;

constexpr int kDepthMax = 32;
constexpr double kExactIntegerMax = 9007199254740992.0;  // 2^53

absl::StatusOr<Json> ToJson(const ProtoValue& value, const std::string& path, int depth);

absl::StatusOr<Json> ToJson(const Struct& object, const std::string& path, int depth) {
  if (depth > kDepthMax) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": nested deeper than ", kDepthMax, " levels; flatten it"));
  }
  Json json = Json::object();
  for (const auto& [name, field] : object.fields()) {
    MOTE_ASSIGN_OR_RETURN(json[name], ToJson(field, path.empty() ? name : absl::StrCat(path, ".", name), depth + 1));
  }
  return json;
}

absl::StatusOr<Json> ToJson(const google::protobuf::ListValue& list, const std::string& path, int depth) {
  if (depth > kDepthMax) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": nested deeper than ", kDepthMax, " levels; flatten it"));
  }
  Json json = Json::array();
  for (int i = 0; i < list.values_size(); ++i) {
    MOTE_ASSIGN_OR_RETURN(Json element, ToJson(list.values(i), absl::StrCat(path, "[", i, "]"), depth + 1));
    json.push_back(std::move(element));
  }
  return json;
}

absl::StatusOr<Json> ToJson(double number, const std::string& path) {
  if (!std::isfinite(number)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", number, " is not a number of JSON; use a finite one"));
  }
  const bool whole = std::abs(number) <= kExactIntegerMax && std::trunc(number) == number;
  return whole ? Json(static_cast<int64_t>(number)) : Json(number);
}

absl::StatusOr<Json> ToJson(const ProtoValue& value, const std::string& path, int depth) {
  switch (value.kind_case()) {
    case ProtoValue::kNullValue:
      return Json(nullptr);
    case ProtoValue::kNumberValue:
      return ToJson(value.number_value(), path);
    case ProtoValue::kStringValue:
      return Json(value.string_value());
    case ProtoValue::kBoolValue:
      return Json(value.bool_value());
    case ProtoValue::kStructValue:
      return ToJson(value.struct_value(), path, depth);
    case ProtoValue::kListValue:
      return ToJson(value.list_value(), path, depth);
    case ProtoValue::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(absl::StrCat(path, ": a value without a kind; set one"));
}

Struct ToStruct(const Json& object);

ProtoValue ToValue(const Json& json) {
  ProtoValue value;
  if (json.is_object()) {
    *value.mutable_struct_value() = ToStruct(json);
  } else if (json.is_array()) {
    auto* list = value.mutable_list_value();
    for (const Json& element : json) *list->add_values() = ToValue(element);
  } else if (json.is_string()) {
    value.set_string_value(json.get<std::string>());
  } else if (json.is_boolean()) {
    value.set_bool_value(json.get<bool>());
  } else if (json.is_number()) {
    value.set_number_value(json.get<double>());
  } else {
    value.set_null_value(google::protobuf::NULL_VALUE);
  }
  return value;
}

Struct ToStruct(const Json& object) {
  Struct result;
  for (const auto& [name, field] : object.items()) (*result.mutable_fields())[name] = ToValue(field);
  return result;
}

}  // namespace

absl::StatusOr<std::string> JsonText(const Struct& object) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ToJson(object, "", 0));
  return json.dump();
}

absl::StatusOr<Struct> StructOf(std::string_view json_text) {
  MOTE_ASSIGN_OR_RETURN(const Json json, ParseJson(json_text));
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(std::string(json_text), " is not a JSON object"));
  }
  return ToStruct(json);
}

}  // namespace mote::coordinator
