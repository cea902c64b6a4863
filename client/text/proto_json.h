// Messages as JSON for people and scripts.
//
// Unlike protobuf's own mapping: field names as in the .proto, 64-bit integers as
// numbers, fields in their order.
#pragma once

#include <google/protobuf/message.h>

#include <nlohmann/json.hpp>

namespace mote::client {

using OrderedJson = nlohmann::ordered_json;

enum class Defaults {
  kShown,    // every field except absent messages: what scripts rely on
  kSkipped,  // set fields only: the normal form of a job
};

OrderedJson ToJson(const google::protobuf::Message& message, Defaults defaults = Defaults::kShown);

}  // namespace mote::client
