#include "client/text/proto_json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/time_util.h>

#include <cmath>
#include <map>

#include "absl/strings/escaping.h"

namespace mote::client {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

OrderedJson NumberJson(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == std::floor(value) && std::abs(value) < 9e15) return static_cast<int64_t>(value);
  return value;
}

OrderedJson ValueJson(const google::protobuf::Value& value);

OrderedJson StructJson(const google::protobuf::Struct& fields) {
  // The map's order is arbitrary.
  const std::map<std::string, google::protobuf::Value> sorted(fields.fields().begin(), fields.fields().end());
  OrderedJson json = OrderedJson::object();
  for (const auto& [name, value] : sorted) json[name] = ValueJson(value);
  return json;
}

OrderedJson ValueJson(const google::protobuf::Value& value) {
  switch (value.kind_case()) {
    case google::protobuf::Value::kNumberValue:
      return NumberJson(value.number_value());
    case google::protobuf::Value::kStringValue:
      return value.string_value();
    case google::protobuf::Value::kBoolValue:
      return value.bool_value();
    case google::protobuf::Value::kStructValue:
      return StructJson(value.struct_value());
    case google::protobuf::Value::kListValue: {
      OrderedJson list = OrderedJson::array();
      for (const google::protobuf::Value& item : value.list_value().values()) list.push_back(ValueJson(item));
      return list;
    }
    default:
      return nullptr;
  }
}

// One value of a field; `index` < 0: the field is singular.
OrderedJson FieldJson(const Message& message, const FieldDescriptor* field, int index, Defaults defaults) {
  const Reflection* r = message.GetReflection();
  const bool repeated = index >= 0;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return repeated ? r->GetRepeatedInt32(message, field, index) : r->GetInt32(message, field);
    case FieldDescriptor::CPPTYPE_INT64:
      return repeated ? r->GetRepeatedInt64(message, field, index) : r->GetInt64(message, field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return repeated ? r->GetRepeatedUInt32(message, field, index) : r->GetUInt32(message, field);
    case FieldDescriptor::CPPTYPE_UINT64:
      return repeated ? r->GetRepeatedUInt64(message, field, index) : r->GetUInt64(message, field);
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return repeated ? r->GetRepeatedDouble(message, field, index) : r->GetDouble(message, field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return repeated ? r->GetRepeatedFloat(message, field, index) : r->GetFloat(message, field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return repeated ? r->GetRepeatedBool(message, field, index) : r->GetBool(message, field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return (repeated ? r->GetRepeatedEnum(message, field, index) : r->GetEnum(message, field))->name();
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text = repeated ? r->GetRepeatedString(message, field, index) : r->GetString(message, field);
      return field->type() == FieldDescriptor::TYPE_BYTES ? absl::Base64Escape(text) : text;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return ToJson(repeated ? r->GetRepeatedMessage(message, field, index) : r->GetMessage(message, field), defaults);
  }
  return nullptr;
}

OrderedJson MapJson(const Message& message, const FieldDescriptor* field, Defaults defaults) {
  const Reflection* r = message.GetReflection();
  std::map<std::string, OrderedJson> sorted;
  for (int i = 0; i < r->FieldSize(message, field); ++i) {
    const Message& entry = r->GetRepeatedMessage(message, field, i);
    const Descriptor* type = entry.GetDescriptor();
    const OrderedJson key = FieldJson(entry, type->map_key(), -1, defaults);
    sorted[key.is_string() ? key.get<std::string>() : key.dump()] = FieldJson(entry, type->map_value(), -1, defaults);
  }
  OrderedJson json = OrderedJson::object();
  for (auto& [key, value] : sorted) json[key] = std::move(value);
  return json;
}

OrderedJson RepeatedJson(const Message& message, const FieldDescriptor* field, Defaults defaults) {
  if (field->is_map()) return MapJson(message, field, defaults);
  OrderedJson list = OrderedJson::array();
  const int size = message.GetReflection()->FieldSize(message, field);
  for (int i = 0; i < size; ++i) list.push_back(FieldJson(message, field, i, defaults));
  return list;
}

bool IsShown(const Message& message, const FieldDescriptor* field, Defaults defaults) {
  const Reflection* r = message.GetReflection();
  if (field->is_repeated()) return defaults == Defaults::kShown || r->FieldSize(message, field) > 0;
  if (r->HasField(message, field)) return true;
  const bool optional = field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE || field->containing_oneof() != nullptr;
  return defaults == Defaults::kShown && !optional;
}

}  // namespace

OrderedJson ToJson(const Message& message, Defaults defaults) {
  using google::protobuf::util::TimeUtil;
  if (const auto* fields = dynamic_cast<const google::protobuf::Struct*>(&message)) return StructJson(*fields);
  if (const auto* value = dynamic_cast<const google::protobuf::Value*>(&message)) return ValueJson(*value);
  if (const auto* time = dynamic_cast<const google::protobuf::Timestamp*>(&message)) return TimeUtil::ToString(*time);
  if (const auto* span = dynamic_cast<const google::protobuf::Duration*>(&message)) return TimeUtil::ToString(*span);
  OrderedJson json = OrderedJson::object();
  const Descriptor* type = message.GetDescriptor();
  for (int i = 0; i < type->field_count(); ++i) {
    const FieldDescriptor* field = type->field(i);
    if (!IsShown(message, field, defaults)) continue;
    json[field->name()] =
        field->is_repeated() ? RepeatedJson(message, field, defaults) : FieldJson(message, field, -1, defaults);
  }
  return json;
}

}  // namespace mote::client
