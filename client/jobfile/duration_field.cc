#include "client/jobfile/duration_field.h"

#include <google/protobuf/util/time_util.h>

#include "absl/strings/str_cat.h"
#include "client/jobfile/scalars.h"

namespace mote::client {

std::optional<google::protobuf::Duration> ReadDuration(Fields& fields, std::string_view name, Problems* problems) {
  const Node::Entry* entry = fields.Find(name);
  if (entry == nullptr || entry->value.IsNull()) return std::nullopt;
  const std::optional<absl::Duration> duration = DurationOf(entry->value.text);
  if (!duration || *duration == absl::ZeroDuration() || !entry->value.IsText()) {
    problems->Add(
        entry->value.place,
        absl::StrCat("'", std::string(name), "' in ", fields.what(),
                     " wants a duration above zero with its unit, such as 90s or 5m, not ", entry->value.Describe()));
    return std::nullopt;
  }
  return google::protobuf::util::TimeUtil::NanosecondsToDuration(absl::ToInt64Nanoseconds(*duration));
}

}  // namespace mote::client
