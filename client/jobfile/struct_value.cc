#include "client/jobfile/struct_value.h"

#include "absl/strings/str_cat.h"
#include "client/jobfile/scalars.h"

namespace mote::client {
namespace {

// 2^53: the last integer up to which a double holds every one.
constexpr int64_t kExactMax = int64_t{1} << 53;

double IntegerValue(const Node& node, Problems* problems) {
  const std::optional<int64_t> value = IntegerOf(node.text);
  if (!value || *value > kExactMax || *value < -kExactMax) {
    problems->Add(node.place,
                  absl::StrCat(node.text, " is too large; integers of a job file lie between -2^53 and 2^53 (",
                               kExactMax, "); quote it if it is text"));
    return 0;
  }
  return static_cast<double>(*value);
}

}  // namespace

google::protobuf::Value ToValue(const Node& node, Problems* problems) {
  google::protobuf::Value value;
  switch (node.kind) {
    case Node::Kind::kNull:
      value.set_null_value(google::protobuf::NULL_VALUE);
      break;
    case Node::Kind::kText:
      value.set_string_value(node.text);
      break;
    case Node::Kind::kInteger:
      value.set_number_value(IntegerValue(node, problems));
      break;
    case Node::Kind::kNumber:
      value.set_number_value(NumberOf(node.text).value_or(0));
      break;
    case Node::Kind::kFlag:
      value.set_bool_value(FlagOf(node.text).value_or(false));
      break;
    case Node::Kind::kMap:
      *value.mutable_struct_value() = ToStruct(node, problems);
      break;
    case Node::Kind::kList:
      value.mutable_list_value();
      for (const Node& item : node.items) *value.mutable_list_value()->add_values() = ToValue(item, problems);
      break;
  }
  return value;
}

google::protobuf::Struct ToStruct(const Node& node, Problems* problems) {
  google::protobuf::Struct fields;
  for (const Node::Entry& entry : node.entries) (*fields.mutable_fields())[entry.key] = ToValue(entry.value, problems);
  return fields;
}

}  // namespace mote::client
